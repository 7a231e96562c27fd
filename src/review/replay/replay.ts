import type { DecisionRecord } from '../../decision/decision-record.ts';
import { questionOf } from '../../decision/decision-record.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import { openSide, type Side } from '../impact/side.ts';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { wholeInput } from '../../decision/policies.ts';
import { optionalNames } from '../../facts/vocabulary.ts';
import { localTime } from '../../facts/clock.ts';
import { readFacts, type FactRecord } from '../../facts/kind.ts';
import { isStoredKind, type Vocabulary } from '../../facts/kinds.ts';
import type { Line } from './read-records.ts';

/** Decisions that were recorded alike. */
export interface Recorded {
  record: DecisionRecord;
  /** What is put to the policies: what was sent then, as far as they declare it, at the time of the record. */
  question: DecisionInput;
  /** The first line that has it, and how many have. */
  line: number;
  times: number;
}

/** Decisions that were recorded one way and are made another way now. */
export interface Difference extends Recorded {
  now: boolean;
  /** Why there can be no other answer: the kind has no policy, or its schema refuses the vector. */
  because: string | null;
}

/** What came of deciding again. */
export interface Replayed {
  policy: string;
  records: number;
  distinct: number;
  /** The bundles that had decided. */
  bundles: readonly string[];
  differences: readonly Difference[];
  /** Cannot be decided again: the policies look at ids, and the record holds none. */
  withoutIds: readonly Recorded[];
  wrong: readonly { line: number; why: string }[];
  /** Lines that are wrong beyond those that are listed. */
  wrongBesides: number;
}

/** Lines that are wrong are listed up to here. */
const MOST_WRONG = 100;

/** Questions that are put at once. */
const TOGETHER = 4000;

/** Decides recorded decisions again, by a folder of policies. @throws PlatformError */
export async function replay(
  lines: AsyncIterable<Line>,
  { folder, timeZone, openServers }: { folder: string; timeZone: string; openServers: OpenPolicyServers },
): Promise<Replayed> {
  const servers = await openServers();
  try {
    return await replayOn(lines, await openSide(folder, servers), timeZone);
  } finally {
    await servers.close();
  }
}

async function replayOn(lines: AsyncIterable<Line>, side: Side, timeZone: string): Promise<Replayed> {
  const wrong: { line: number; why: string }[] = [];
  const recorded = new Map<string, Recorded>();
  const bundles = new Set<string>();
  let [records, wrongBesides] = [0, 0];
  for await (const line of lines) {
    const why = 'wrong' in line ? line.wrong : lacking(line.record, side);
    if (why !== null || 'wrong' in line) {
      if (wrong.length < MOST_WRONG) wrong.push({ line: line.number, why: why ?? '' });
      else wrongBesides += 1;
      continue;
    }
    const { record } = line;
    records += 1;
    bundles.add(record.policy);
    const question = asSent(record, side, timeZone);
    const key = canonicalJson([question, record.decision]);
    const known = recorded.get(key);
    if (known) known.times += 1;
    else recorded.set(key, { record, question, line: line.number, times: 1 });
  }
  const all = [...recorded.values()];
  const withoutIds = all.filter((it) => lacksIds(it, side));
  const whole = all.filter((it) => !lacksIds(it, side));
  const differences = await differing(whole, side);
  const { hash: policy } = side.bundle;
  const counts = { records, distinct: recorded.size, bundles: [...bundles] };
  return { policy, ...counts, differences, withoutIds, wrong, wrongBesides };
}

/** What was sent then, as far as these policies declare it, and the time as they tell it apart. */
function asSent(record: DecisionRecord, { bundle: { vocabulary } }: Side, timeZone: string): DecisionInput {
  const whole = wholeInput(questionOf(record), vocabulary);
  const clock = clockOf(record.kind, vocabulary);
  if (clock === null || record.at === undefined) return whole;
  const parts = readFacts(clock.parts, localTime(Date.parse(record.at), timeZone));
  return { ...whole, resourceAttr: { ...whole.resourceAttr, clock: parts } };
}

/** What a record does not hold that these policies look at, so that it cannot be decided again. */
function lacking({ kind, at, vector }: DecisionRecord, { bundle }: Side): string | null {
  const parts = new Set(bundle.kinds.get(kind)?.rules.flatMap((rule) => [...rule.parts]));
  const first = optionalNames(bundle.vocabulary, kind).find((name) => {
    if (!parts.has(name)) return false;
    if (name === 'clock') return at === undefined;
    const paths = Array.isArray(vector['paths']) ? (vector['paths'] as object[]) : [];
    return !Object.hasOwn(vector, name) && (paths.length === 0 || !paths.every((path) => Object.hasOwn(path, name)));
  });
  if (first === undefined) return null;
  return first === 'clock'
    ? `at: it does not say when it was, and the policy of ${kind} looks at the clock`
    : `vector: ${first} was not sent then, and the policy of ${kind} looks at it`;
}

function clockOf(kind: string, vocabulary: Vocabulary): FactRecord | null {
  const clock = isStoredKind(kind) ? vocabulary[kind]['clock'] : undefined;
  return clock?.sort === 'record' ? clock : null;
}

/** Ids are recorded only where the policies of that time looked at them. */
function lacksIds({ record }: Recorded, { bundle }: Side): boolean {
  const lacks = record.subject?.id === undefined || record.resource_id === undefined;
  return lacks && bundle.kinds.get(record.kind)?.mentionsIds === true;
}

async function differing(recorded: readonly Recorded[], { bundle, pdp }: Side): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let from = 0; from < recorded.length; from += TOGETHER) {
    const part = recorded.slice(from, from + TOGETHER);
    const answers = await (await pdp()).ask(part.map(({ question }) => question));
    for (const [index, it] of part.entries()) {
      const { allowed: isAllowed = false, refused = [] } = answers[index] ?? {};
      const isKnown = bundle.kinds.has(it.record.kind);
      // As the service does: a kind without a policy is denied, whatever principal policies say of all kinds.
      const allowed = isKnown && isAllowed;
      if (allowed === it.record.decision) continue;
      const [first] = refused;
      const because = !isKnown
        ? `no policy is about ${it.record.kind}`
        : first
          ? `the schema refuses ${first.path}: ${first.message}`
          : null;
      differences.push({ ...it, now: allowed, because });
    }
  }
  return differences.toSorted((a, b) => a.line - b.line);
}
