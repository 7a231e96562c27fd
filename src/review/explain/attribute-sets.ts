import { attributesIn, type Attribute } from '@sparkgate/cerbos-policies/expression-reads';
import type { Bundle } from '../../decision/bundle.ts';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { Properties } from '../../decision/check.ts';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { RuleText } from '@sparkgate/cerbos-policies/kind-text';
import { otherValues } from './attribute-values.ts';
import type { RuleAbout } from './rules-about.ts';
import { smallest } from './smallest-search.ts';
import { told, type Would } from './smallest-sets.ts';
import type { Field, Asked } from './step.ts';
import { EACH_BY_ITSELF } from './equivalence-classes.ts';

/** The rules about the action: the kind's own with their variables filled in, and all as they are written. */
interface Rules {
  own: readonly RuleText[];
  about: readonly RuleAbout[];
  /** Values that the kind's schema lists. */
  listed: (attribute: Attribute) => readonly unknown[];
}

/**
 * For a kind that only policies know: the smallest sets of attributes that would allow, with the values that the rules
 * themselves mention, and others. What no rule mentions is not thought of.
 */
export async function attributeSets(
  asked: DecisionInput,
  { bundle, rules }: { bundle: Bundle; rules: Rules },
  allows: (questions: readonly DecisionInput[]) => Promise<boolean[]>,
): Promise<Would> {
  const leaves = [...rules.own.flatMap((rule) => rule.leaves), ...rules.about.flatMap((rule) => rule.expressions)];
  const fields = attributesRead(asked, { bundle, rules }).map((it): Field => {
    const now = sideOf(asked, it.side)[it.name];
    const listed = rules.listed(it);
    const values = otherValues(it, { now, subject: asked.principalId, leaves, listed });
    return fieldOf(asked, it, { now, ...values });
  });
  const attr = Object.fromEntries([
    ...Object.entries(asked.principalAttr).map(([name, value]) => [`subject/${name}`, value] as const),
    ...Object.entries(asked.resourceAttr).map(([name, value]) => [`resource/${name}`, value] as const),
  ]);
  const here = { roles: asked.roles, attr, steps: [], fields };
  const { sets, tried } = await smallest([here], EACH_BY_ITSELF, async (all) =>
    allows(all.map((it) => questionOf(asked, it))),
  );
  return { sets: sets.map(told), tried };
}

/** What the rules about the action look at. */
function attributesRead(
  { kind, action }: DecisionInput,
  { bundle, rules }: { bundle: Bundle; rules: Rules },
): Attribute[] {
  const known = bundle.kinds.get(kind)?.rules ?? [];
  const about = known.filter(({ actions }) => matchesAny(actions, action));
  const written = rules.about.flatMap(({ expressions }) => expressions.flatMap(attributesIn));
  const all = [...about.flatMap(({ reads }) => reads), ...written];
  return [...new Map(all.map((it) => [`${it.side}.${it.name}`, it])).values()];
}

/** A value that no rule mentions goes farther than those that one does: it is told only where none of these will do. */
function fieldOf(
  asked: DecisionInput,
  { side, name }: Attribute,
  { now, mentioned, others }: { now: unknown; mentioned: readonly unknown[]; others: readonly unknown[] },
): Field {
  const of =
    side === 'subject' ? `${asked.roles.join(', ')} ${asked.principalId}` : `${asked.kind} ${asked.resourceId}`;
  const who = `whoever stores attributes of ${of}, or the caller, by sending the property`;
  const fact = `/${side}/properties/${name}`;
  const all = [...mentioned, ...others].map((it) => EACH_BY_ITSELF.classOf(name, it));
  const options = [...mentioned, ...others].map((value, at) => {
    const extent = new Set(at < mentioned.length ? all.slice(at, at + 1) : all.slice(0, at + 1));
    const changes = [{ fact, from: now ?? null, to: value ?? null }];
    return { value, steps: [{ fact, extent, changes, codes: [], who }] };
  });
  return { name: `${side}/${name}`, options, missingFrom: null };
}

function sideOf(asked: DecisionInput, side: Attribute['side']): Properties {
  return side === 'subject' ? asked.principalAttr : asked.resourceAttr;
}

function questionOf(asked: DecisionInput, { attr }: Asked): DecisionInput {
  const own = (side: Attribute['side']): Properties =>
    Object.fromEntries(
      Object.entries(attr)
        .filter(([name, value]) => name.startsWith(`${side}/`) && value !== undefined)
        .map(([name, value]) => [name.slice(side.length + 1), value]),
    );
  return { ...asked, principalAttr: own('subject'), resourceAttr: own('resource') };
}
