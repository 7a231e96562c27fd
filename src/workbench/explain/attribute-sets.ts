import type { Attribute, Bundle } from '../../decision/bundle.ts';
import type { Properties } from '../../decision/check.ts';
import type { PdpQuestion } from '../../decision/pdp.ts';
import type { RuleText } from '../policy-text.ts';
import { otherValues } from './attribute-values.ts';
import type { RuleAbout } from './rules-about.ts';
import type { WouldAllow } from './smallest-sets.ts';

const MOST_CHANGES = 3;
const MOST_SETS = 5000;

interface Try extends Attribute {
  value: unknown;
}

/** The rules about the action: the kind's own with their variables filled in, and all as they are written. */
interface Rules {
  own: readonly RuleText[];
  about: readonly RuleAbout[];
}

/**
 * For a kind that only policies know: the smallest sets of attributes that would allow, with the values that the rules
 * themselves mention. What no rule mentions is not thought of.
 */
export async function attributeSets(
  asked: PdpQuestion,
  { bundle, rules }: { bundle: Bundle; rules: Rules },
  allows: (questions: readonly PdpQuestion[]) => Promise<boolean[]>,
): Promise<WouldAllow[]> {
  const reads = attributesRead(asked, { bundle, rules });
  const leaves = [...rules.own.flatMap((rule) => rule.leaves), ...rules.about.flatMap((rule) => rule.expressions)];
  const facts = reads.map(({ side, name }) => {
    const now = sideOf(asked, side)[name];
    const values = otherValues({ side, name }, { now, subject: asked.principalId, leaves });
    return values.map((value): Try => ({ side, name, value }));
  });
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

const ATTRIBUTE = /\b(P|R|request\.principal|request\.resource)\.attr\.(\w+)/g;

/** What the rules about the action look at. */
function attributesRead(
  { kind, action }: PdpQuestion,
  { bundle, rules }: { bundle: Bundle; rules: Rules },
): Attribute[] {
  const known = bundle.kinds.get(kind)?.rules ?? [];
  const about = known.filter(({ actions }) => actions.some((it) => it === action || it.includes('*')));
  const written = rules.about.flatMap(({ expressions }) => [...expressions.join('\n').matchAll(ATTRIBUTE)]);
  const all = [
    ...about.flatMap(({ reads }) => reads),
    ...written.map(([, of = '', name = '']): Attribute => ({
      side: /^P|principal/.test(of) ? 'subject' : 'resource',
      name,
    })),
  ];
  return [...new Map(all.map((it) => [`${it.side}.${it.name}`, it])).values()];
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
