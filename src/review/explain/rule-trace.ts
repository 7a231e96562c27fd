import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PlatformError } from '../../platform/platform-error.ts';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { readTraces, type TraceEntry } from '@sparkgate/cerbos-pdp/traces';
import { rulesAbout, type RuleAbout } from './rules-about.ts';

/** One expression of a rule's condition, and what Cerbos made of it. */
export interface Looked {
  expression: string;
  held: boolean;
  result: unknown;
  /** Why it could not be evaluated, in Cerbos' words; null: it could. */
  error: string | null;
}

/** How one rule fared. */
export interface RuleTrace {
  rule: string;
  policy: string;
  effect: string | null;
  held: boolean;
  /** Its condition could not be evaluated, so it neither held nor failed. */
  errs: boolean;
  /** Whether Cerbos' trace shows it: what is decided before Cerbos comes to a rule, the rule does not change. */
  seen: boolean;
  /** It holds, it denies, and so all is denied. */
  denies: boolean;
  /** What Cerbos looked at, in its order; it stops at the first that settles the condition. */
  looked: readonly Looked[];
}

/** What Cerbos itself says of one decision. */
export interface Traced {
  rules: readonly RuleTrace[];
  derivedRoles: readonly { role: string; held: boolean; looked: readonly Looked[] }[];
}

/** Asks Cerbos for its own account of one decision, by a test of one case. @throws PlatformError when it gives none */
export async function traceOf(
  { folder: policyDir, policies }: { folder: string; policies: Policies },
  asked: DecisionInput,
): Promise<Traced> {
  const folder = await temporaryFolder('sg-trace-');
  try {
    const tests = join(folder, 'tests');
    await mkdir(tests);
    await writeFile(join(tests, 'one_test.yaml'), JSON.stringify(suiteOf(asked)));
    const { stdout, stderr } = await compilePolicies(policyDir, { tests, output: 'json', verbose: true });
    const [test] = stdout.startsWith('{') ? readTraces(stdout) : [];
    if (!test) throw new PlatformError(`Cerbos gives no account of itself: ${stderr.trim()}`);
    const isDenied = test.passed;
    return {
      rules: allRules(rulesIn(test.trace), rulesAbout(policies, asked), isDenied),
      derivedRoles: derivedRolesIn(test.trace),
    };
  } finally {
    await removeTemporary(folder);
  }
}

function suiteOf({ kind, action, roles, principalId, principalAttr, resourceId, resourceAttr }: DecisionInput): object {
  const input = { principals: ['subject'], resources: ['resource'], actions: [action] };
  return {
    name: 'one',
    // The test runner's now() is another time unless it is told.
    options: { now: new Date().toISOString() },
    principals: { subject: { id: principalId, roles, attr: principalAttr } },
    resources: { resource: { id: resourceId, kind, attr: resourceAttr } },
    tests: [
      {
        name: 'one',
        input,
        expected: [{ principal: 'subject', resource: 'resource', actions: { [action]: 'EFFECT_DENY' } }],
      },
    ],
  };
}

/** Rules in the trace and those that are about the action besides, first what holds. */
function allRules(traced: readonly Fared[], about: readonly RuleAbout[], isDenied: boolean): RuleTrace[] {
  const seen = traced.map((it): RuleTrace => {
    // Cerbos turns what a role policy allows into a rule without a name that denies all else.
    const effect = it.rule === '' ? DENY : (about.find(({ rule }) => rule === it.rule)?.effect ?? it.effect);
    return { ...it, effect, seen: true, denies: isDenied && it.held && effect === DENY };
  });
  const others = about
    .filter(({ rule }) => !traced.some((it) => it.rule === rule))
    .map(({ rule, policy, effect }) => ({
      rule,
      policy,
      effect,
      held: false,
      errs: false,
      seen: false,
      denies: false,
      looked: [],
    }));
  const order = ({ denies, held, seen: isSeen }: RuleTrace): number => (denies ? 0 : held ? 1 : isSeen ? 2 : 3);
  return [...seen, ...others].toSorted((a, b) => order(a) - order(b));
}

const DENY = 'EFFECT_DENY';

const within = ({ at }: TraceEntry, kind: string): number => at.findIndex((it) => it.kind === kind);

type Fared = Omit<RuleTrace, 'seen' | 'denies'>;

function rulesIn(trace: readonly TraceEntry[]): Fared[] {
  const found = new Map<string, TraceEntry[]>();
  for (const entry of trace) {
    const rule = entry.at[within(entry, 'RULE')];
    if (!rule) continue;
    const key = `${entry.at[0]?.name ?? ''}#${rule.name}`;
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return [...found].map(([key, entries]) => {
    const [policy = '', rule = ''] = key.split('#');
    const inside = entries.map((entry) => ({ ...entry, at: entry.at.slice(within(entry, 'RULE') + 1) }));
    return {
      rule,
      policy: policy.replace(/^cerbos\./, ''),
      effect: entries.find(({ effect }) => effect !== undefined)?.effect ?? null,
      errs: inside.some(({ at, error }) => at.length === 0 && error !== undefined),
      held: inside.some(({ at, activated, result }) => wholeCondition(at) && activated && result === true),
      looked: lookedIn(inside),
    };
  });
}

function derivedRolesIn(trace: readonly TraceEntry[]): Traced['derivedRoles'] {
  const own = trace.filter((entry) => entry.at[1]?.kind === 'DERIVED_ROLE');
  // Cerbos' order differs from run to run.
  const byRole = [...Map.groupBy(own, ({ at }) => at[1]?.name ?? '')].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return byRole.map(([role, entries]) => {
    const inside = entries.map((entry) => ({ ...entry, at: entry.at.slice(2) }));
    return {
      role,
      held:
        !entries.some(({ at, activated }) => at.length === 2 && !activated) &&
        !lookedIn(inside).some(({ held }) => !held),
      looked: lookedIn(inside),
    };
  });
}

/** The condition as a whole: by itself, or as its one outermost `all`, `any` or expression. */
function wholeCondition(at: TraceEntry['at']): boolean {
  return at[0]?.kind === 'CONDITION' && at.length <= 2 && at[1]?.kind !== 'VARIABLES';
}

function lookedIn(entries: readonly TraceEntry[]): Looked[] {
  const seen = new Map<string, Looked>();
  for (const { at, result, error } of entries) {
    const last = at.at(-1);
    if (at[0]?.kind !== 'CONDITION' || last?.kind !== 'EXPR') continue;
    const why = error?.replace(/^error evaluating expression ".*": /s, '') ?? null;
    seen.set(last.name, { expression: last.name, held: result === true, result: result ?? null, error: why });
  }
  return [...seen.values()];
}
