import { isOfThisService } from '../../decision/bundle.ts';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { Check } from '../../decision/check.ts';
import { loadFacts } from '../../facts/loader.ts';
import type { Loaded } from '../../facts/slice.ts';
import { factLines } from '../../facts/lines.ts';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import { inputOf, type StoredInput } from '../../decision/decision-input.ts';
import { Policies, wholeInput } from '../../decision/policies.ts';
import { remedyOf, type Remedy } from '../../decision/reasons/remedy.ts';
import { prepare } from '../../decision/prepare.ts';
import { storedAttributes } from '../../facts/entity.ts';
import { isStoredKind, project } from '../../facts/kinds.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { openSide, type Side } from '../impact/side.ts';
import type { Live } from '../live.ts';
import { askAll } from '@sparkgate/cerbos-pdp/ask-all';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import { attributeSets } from './attribute-sets.ts';
import { rulesAbout } from './rules-about.ts';
import { traceOf, type Traced } from './rule-trace.ts';
import { listedValues } from './listed-values.ts';
import { smallestSets, type Would, type WouldAllow } from './smallest-sets.ts';
import { toldApart } from './equivalence-classes.ts';

/** One decision, and everything that it came from. */
export interface Explained {
  check: Check;
  decision: boolean;
  policy: string;
  revision: string;
  /** What the database has between the two, a line each. */
  facts: readonly string[];
  /** What was put to the PDP; null where nothing was, since there is no such resource. */
  asked: DecisionInput | null;
  /** What the kind's schema refused. */
  refused: readonly { path: string; message: string }[];
  /** How each rule about the action fared, by Cerbos' own account. */
  trace: Traced | null;
  /** Whether any rule is about the action. */
  named: boolean;
  /** On a DENY: what the facts lack, as the API names it, and the fewest changes, as the reviewer's page shows them. */
  remedy: Remedy | null;
  /** On a DENY: everything that would allow. */
  would: readonly WouldAllow[];
  /** How far was looked for it: all sets of at most so many changes; `all` = sets of any size. Null: nothing was to find. */
  tried: Would['tried'] | null;
}

/** Explains one decision by a folder of policies over the real facts. @throws PlatformError, SparkgateError */
export async function explainDecision(
  check: Check,
  {
    folder,
    live,
    timeZone,
    openServers,
  }: { folder: string; live: Live; timeZone: string; openServers: OpenPolicyServers },
): Promise<Explained> {
  const servers = await openServers();
  try {
    const side = await openSide(folder, servers);
    const { type } = check.resource;
    if (isOfThisService(type) || !side.bundle.kinds.has(type)) {
      const known = [...side.bundle.kinds.keys()].filter((kind) => !isOfThisService(kind));
      throw new PlatformError(`No policy is about the kind ${type}; there are ${known.join(', ')}.`);
    }
    const { question } = prepare(check);
    const [facts] = await loadFacts(
      async (text, values) => Array.fromAsync(live.rows(text, values)),
      [question],
      timeZone,
    );
    if (!facts) throw new Error('the facts of a check were left out');
    return isStoredKind(type) ? await explainStored(check, facts, side) : await explainMerged(check, facts, side);
  } finally {
    await servers.close();
  }
}

async function explainStored(check: Check, facts: Loaded, side: Side): Promise<Explained> {
  const projection = project(facts, side.bundle.vocabulary);
  if (!projection.known) return { ...outline(check, facts, side), asked: null };
  const asked = inputOf(check, side.bundle, { resourceAttr: { ...projection.vector } });
  const explained = await answered(check, facts, { side, asked });
  if (explained.decision) return explained;
  const remedy = await remedyOf(asked as StoredInput, policiesOf(side));
  const apart = await toldApart(side, asked.kind, asked.action);
  const isNamed = prepare(check).question.properties.bc_id != null;
  const { sets, tried } = await smallestSets({ roles: asked.roles, projection }, { apart, isNamed }, async (all) =>
    allowed(
      side,
      all.map(({ roles, attr }) => wholeInput({ ...asked, roles, resourceAttr: attr }, side.bundle.vocabulary)),
    ),
  );
  return { ...explained, remedy, would: sets, tried };
}

function policiesOf({ bundle, pdp }: Side): Policies {
  const ask = async (input: DecisionInput): Promise<PdpAnswer> => {
    const [answer] = await (await pdp()).ask([input]);
    if (!answer) throw new Error('the PDP left a question open');
    return answer;
  };
  return new Policies({ bundle, memo: { ask, has: () => false } });
}

async function explainMerged(check: Check, facts: Loaded, side: Side): Promise<Explained> {
  const { subject, resource, action, context } = check;
  const stored = { ...storedAttributes(facts, 'resource'), ...resource.properties };
  const stated = {
    kind: resource.type,
    action: action.name,
    roles: [subject.type],
    principalAttr: { ...storedAttributes(facts, 'subject'), ...subject.properties },
    resourceAttr: { ...stored, action: action.properties, context },
  };
  const asked = decisionInput(stated, { principalId: subject.id, resourceId: resource.id });
  const explained = await answered(check, facts, { side, asked });
  if (explained.decision) return explained;
  const text = side.texts?.get(asked.kind);
  const rules = { own: text ? rulesFor([asked.action], text) : [], about: rulesAbout(side.policies, asked) };
  const listed = listedValues(side.policies, text?.schema ?? null);
  const { sets, tried } = await attributeSets(
    asked,
    { bundle: side.bundle, rules: { ...rules, listed } },
    async (all) => allowed(side, all),
  );
  return { ...explained, would: sets, tried };
}

async function answered(
  check: Check,
  facts: Loaded,
  { side, asked }: { side: Side; asked: DecisionInput },
): Promise<Explained> {
  const [[answer], trace] = await Promise.all([(await side.pdp()).ask([asked]), traceOf(side, asked)]);
  return {
    ...outline(check, facts, side),
    asked,
    trace,
    decision: answer?.allowed === true,
    refused: answer?.refused ?? [],
  };
}

function outline(check: Check, facts: Loaded, { bundle }: Side): Explained {
  const actions = [...(bundle.kinds.get(check.resource.type)?.actions ?? [])];
  const named = matchesAny(actions, check.action.name);
  const nothing = { decision: false, asked: null, refused: [], trace: null, remedy: null, would: [], tried: null };
  return { check, policy: bundle.hash, revision: facts.revision, facts: factLines(facts), named, ...nothing };
}

async function allowed({ pdp }: Side, questions: readonly DecisionInput[]): Promise<boolean[]> {
  const answers = await askAll(await pdp(), questions);
  return answers.map((answer) => answer.allowed);
}
