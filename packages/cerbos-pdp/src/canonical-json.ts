// In Node since 21; not yet in TypeScript's library.
declare global {
  interface JSON {
    rawJSON: (text: string) => object;
  }
}

const MINUS_ZERO = JSON.rawJSON('-0');

/** A value as JSON that differs wherever the value does: `JSON.stringify` alone writes -0 as 0, and a policy can tell. */
export function canonicalJson(value: unknown): string {
  if (!holdsMinusZero(value)) return JSON.stringify(value);
  return JSON.stringify(value, (_, inner: unknown) => (Object.is(inner, -0) ? MINUS_ZERO : inner));
}

/** Looking first is much faster than a replacer, which the commonest value, a fact vector, never needs. */
function holdsMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0);
  return Object.values(value).some((inner) => holdsMinusZero(inner));
}
