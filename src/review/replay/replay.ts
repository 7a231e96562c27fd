import type { DecisionRecord } from '../../decision/decision-record.ts';
import { questionOf } from '../../decision/decision-record.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import { openSide, type Side } from '../impact/side.ts';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { Line } from './read-records.ts';

/** Decisions that were recorded alike. */
export interface Recorded {
  record: DecisionRecord;
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
  { folder, openServers }: { folder: string; openServers: OpenPolicyServers },
): Promise<Replayed> {
  const wrong: { line: number; why: string }[] = [];
  const recorded = new Map<string, Recorded>();
  const bundles = new Set<string>();
  let [records, wrongBesides] = [0, 0];
  for await (const line of lines) {
    if ('wrong' in line) {
      if (wrong.length < MOST_WRONG) wrong.push({ line: line.number, why: line.wrong });
      else wrongBesides += 1;
      continue;
    }
    const { record } = line;
    records += 1;
    bundles.add(record.policy);
    const key = canonicalJson([questionOf(record), record.decision]);
    const known = recorded.get(key);
    if (known) known.times += 1;
    else recorded.set(key, { record, line: line.number, times: 1 });
  }
  const servers = await openServers();
  try {
    const side = await openSide(folder, servers);
    const all = [...recorded.values()];
    const withoutIds = all.filter((it) => lacksIds(it, side));
    const whole = all.filter((it) => !lacksIds(it, side));
    const differences = await differing(whole, side);
    const { hash: policy } = side.bundle;
    const counts = { records, distinct: recorded.size, bundles: [...bundles] };
    return { policy, ...counts, differences, withoutIds, wrong, wrongBesides };
  } finally {
    await servers.close();
  }
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
    const answers = await (await pdp()).ask(part.map(({ record }) => questionOf(record)));
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
