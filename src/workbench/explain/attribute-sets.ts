import type { Bundle } from '../../decision/bundle.ts';
import type { Properties } from '../../decision/check.ts';
import type { PdpQuestion } from '../../decision/pdp.ts';
import type { RuleText } from '../policy-text.ts';
import type { WouldAllow } from './smallest-sets.ts';

const MOST_CHANGES = 3;
const MOST_SETS = 5000;

interface Try {
  side: 'subject' | 'resource';
  name: string;
  value: unknown;
}

/**
 * For a kind that only policies know: the smallest sets of attributes that would allow, with the values that the rules
 * themselves mention. What no rule mentions is not thought of.
 */
export async function attributeSets(
  asked: PdpQuestion,
  { bundle, rules }: { bundle: Bundle; rules: readonly RuleText[] },
  allows: (questions: readonly PdpQuestion[]) => Promise<boolean[]>,
): Promise<WouldAllow[]> {
  const known = bundle.kinds.get(asked.kind)?.rules ?? [];
  const about = known.filter(({ actions }) => actions.some((it) => it === asked.action || it.includes('*')));
  const reads = new Map(about.flatMap(({ reads: all }) => all).map((it) => [`${it.side}.${it.name}`, it]));
  const values = [
    true,
    false,
    asked.principalId,
    ...new Set(rules.flatMap(({ leaves }) => leaves.flatMap(literalsIn))),
  ];
  const facts = [...reads.values()].map(({ side, name }) =>
    values
      .filter((value) => value !== sideOf(asked, side)[name])
      .flatMap((value): Try[] => [
        { side, name, value },
        ...(typeof value === 'string' ? [{ side, name, value: [value] }] : []),
      ]),
  );
  const smallest: Try[][] = [];
  let sets: { tries: Try[]; last: number }[] = [{ tries: [], last: -1 }];
  for (let size = 1; size <= MOST_CHANGES; size += 1) {
    sets = sets
      .flatMap(({ tries, last }) =>
        facts.flatMap((own, at) => (at > last ? own.map((it) => ({ tries: [...tries, it], last: at })) : [])),
      )
      .filter(({ tries }) => !smallest.some((set) => set.every((it) => tries.includes(it))))
      .slice(0, MOST_SETS);
    const allowed = await allows(sets.map(({ tries }) => withAll(asked, tries)));
    smallest.push(...sets.filter((_, index) => allowed[index]).map(({ tries }) => tries));
  }
  return smallest.map((tries) => ({ codes: [], changes: tries.map((it) => changeOf(asked, it)) }));
}

function changeOf(asked: PdpQuestion, { side, name, value }: Try): WouldAllow['changes'][number] {
  const of =
    side === 'subject' ? `${asked.roles.join(', ')} ${asked.principalId}` : `${asked.kind} ${asked.resourceId}`;
  const who = `whoever stores attributes of ${of}, or the caller, by sending the property`;
  return { fact: `/${side}/properties/${name}`, from: sideOf(asked, side)[name] ?? null, to: value, who };
}

function sideOf(asked: PdpQuestion, side: Try['side']): Properties {
  return side === 'subject' ? asked.principalAttr : asked.resourceAttr;
}

function withAll(asked: PdpQuestion, tries: readonly Try[]): PdpQuestion {
  const own = (side: Try['side']): Properties => ({
    ...sideOf(asked, side),
    ...Object.fromEntries(tries.filter((it) => it.side === side).map(({ name, value }) => [name, value])),
  });
  return { ...asked, principalAttr: own('subject'), resourceAttr: own('resource') };
}

/** Texts and numbers in an expression. */
function literalsIn(leaf: string): unknown[] {
  const texts = [...leaf.matchAll(/"([^"\\]*)"|'([^'\\]*)'/g)].map(([, a, b]) => a ?? b ?? '');
  const rest = leaf.replaceAll(/"[^"]*"|'[^']*'/g, '');
  return [...texts, ...[...rest.matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].map(([number]) => Number(number))];
}
