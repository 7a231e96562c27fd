/**
 * Whether a number of JSON (RFC 8259, section 6) comes back from a double as the same decimal value: 0.10 and 1E5 do,
 * 9007199254740993, 1e400 and 0.1000000000000000055 do not.
 */
export function isExactNumber(token: string): boolean {
  // A double keeps any 15 digits.
  if (token.length <= 15 && !/e/i.test(token)) return true;
  const number = Number(token);
  return Number.isFinite(number) && decimalOf(token) === decimalOf(String(number));
}

/** The digits from the first to the last that is not zero, and the power of ten: alike for equal values of one sign. */
function decimalOf(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  let [first, last] = [0, digits.length];
  while (digits[first] === '0') first += 1;
  while (last > first && digits[last - 1] === '0') last -= 1;
  return first === last ? '0' : `${digits.slice(first, last)}e${whole.length - first + Number(exponent)}`;
}
