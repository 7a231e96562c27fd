import { isPair, visit, type Scalar } from 'yaml';
import type { Policies } from './policies.ts';

/**
 * The numbers in expressions and constants of policies that no double is, and so no number of JSON: nothing that is sent
 * equals them. A sentence each, with file and line. Texts and names are no numbers, whatever digits they hold.
 */
export function inexactNumbers({ documents }: Pick<Policies, 'documents'>): string[] {
  return documents.flatMap(({ path, expanded, lines }) => {
    const found = new Set<string>();
    visit(expanded(), {
      Scalar: (key, scalar, ancestors) => {
        if (key === 'key') return;
        const names = ancestors.filter(isPair).map((pair) => String(pair.key));
        const at = `${path}:${lines.linePos(scalar.range?.[0] ?? 0).line}`;
        const shown = textOf(scalar).trim().replaceAll(/\s+/g, ' ');
        for (const number of new Set(numbersIn(scalar, names))) {
          if (!isExact(number)) found.add(`${at}: ${number} in \`${shown}\` ${WHY}`);
        }
      },
    });
    return [...found];
  });
}

const WHY = 'is no number that JSON can carry, so that none that is sent equals it. Compare texts, as ids are.';

/** @param names the fields down to the scalar */
function numbersIn(scalar: Scalar, names: readonly string[]): string[] {
  const [root, section, part] = names;
  const isOf = (sort: string, exported: string): boolean =>
    (section === sort && part === 'local') || (root === exported && section === 'definitions');
  if (isOf('constants', 'exportConstants')) return typeof scalar.value === 'number' ? [textOf(scalar)] : [];
  const isExpression = isOf('variables', 'exportVariables') || EXPRESSIONS.has(names.at(-1) ?? '');
  return isExpression ? numbersOfCel(textOf(scalar)) : [];
}

const EXPRESSIONS = new Set(['expr', 'ruleActivated', 'conditionNotMet']);

/** A text as it reads, a number with all the digits that are written. */
function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** What may hold digits in CEL: comments, raw texts, texts, names; and numbers. A text that nothing ends goes on to the end. */
const CEL = new RegExp(
  [
    String.raw`//[^\n]*`,
    String.raw`(?:r|br|rb)(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"[^"\n]*"?|'[^'\n]*'?)`,
    String.raw`b?(?:"""(?:\\[^]|[^\\])*?(?:"""|$)|'''(?:\\[^]|[^\\])*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)`,
    String.raw`[a-z_]\w*`,
    String.raw`(?<number>0x[\da-f]+|(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?)u?`,
  ].join('|'),
  'gi',
);

function numbersOfCel(expression: string): string[] {
  return [...expression.matchAll(CEL)].flatMap(({ groups }) => groups?.['number'] ?? []);
}

/** @param number of CEL or YAML: whole ones may be hexadecimal or octal, and a sign may come first */
function isExact(number: string): boolean {
  const digits = number.replace(/^[-+]/, '');
  if (/^0[xo]/i.test(digits)) return BigInt(Number(digits)) === BigInt(digits);
  return (
    !/^\.?\d/.test(digits) || (Number.isFinite(Number(digits)) && decimal(digits) === decimal(String(Number(digits))))
  );
}

/** Digits and a power of ten, alike for equal values. */
function decimal(text: string): string {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/(?<!0)0+$/, '');
  return kept === '' ? '0' : `${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}
