import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLACEHOLDERS } from '@sparkgate/cerbos-pdp/decision-input';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PlatformError } from '../../../src/platform/platform-error.ts';
import type { Point } from '@sparkgate/policy-workbench/space/point';

/** One step of how Cerbos came to a decision, by its own account. */
export interface TraceEntry {
  /** Where it was: policy, derived role or rule, condition, and so on inwards. */
  at: readonly Component[];
  activated: boolean;
  result?: unknown;
  effect?: string;
}

/** A part of a policy; `kind` is Cerbos' own word without its prefix, such as RULE. */
export interface Component {
  kind: string;
  name: string;
}

/** A policy test that was run, with its trace. */
export interface TracedTest {
  suite: string;
  test: string;
  principal: string;
  resource: string;
  action: string;
  passed: boolean;
  /** What was decided, where the test passed. */
  effect: string | null;
  trace: readonly TraceEntry[];
}

interface Definition {
  kind: string;
  [name: string]: unknown;
}

interface Report {
  suites?: {
    name: string;
    error?: string;
    testCases?: {
      name: string;
      principals?: { name: string; resources?: { name: string; actions?: Traced[] }[] }[];
    }[];
  }[];
}

interface Traced {
  name: string;
  details: {
    result: string;
    success?: { effect?: string };
    engineTraceBatch?: {
      definitions: Definition[];
      entries: { componentIndices: number[]; event: { status: string; result?: unknown; effect?: string } }[];
    };
  };
}

/** Reads what `cerbos compile --verbose --test-output=json` printed. */
export function readTraces(json: string): TracedTest[] {
  const { suites = [] } = JSON.parse(json) as Report;
  return suites.flatMap((suite) =>
    (suite.testCases ?? []).flatMap((test) =>
      (test.principals ?? []).flatMap((principal) =>
        (principal.resources ?? []).flatMap((resource) =>
          (resource.actions ?? []).map((action) => ({
            suite: suite.name,
            test: test.name,
            principal: principal.name,
            resource: resource.name,
            action: action.name,
            passed: action.details.result === 'RESULT_PASSED',
            effect: action.details.success?.effect ?? null,
            trace: traceOf(action.details.engineTraceBatch),
          })),
        ),
      ),
    ),
  );
}

function traceOf(batch: Traced['details']['engineTraceBatch']): TraceEntry[] {
  if (!batch) return [];
  const components = batch.definitions.map(componentOf);
  return batch.entries.map(({ componentIndices, event }) => ({
    at: componentIndices.flatMap((index) => components[index] ?? []),
    activated: event.status === 'STATUS_ACTIVATED',
    ...('result' in event && { result: event.result }),
    ...(event.effect !== undefined && { effect: event.effect }),
  }));
}

const NAMES = ['policy', 'derivedRole', 'expr', 'action', 'rule', 'scope', 'index', 'output', 'variable'];

function componentOf(definition: Definition): Component {
  const key = NAMES.find((name) => definition[name] !== undefined);
  const named = key === undefined ? '' : definition[key];
  const name = typeof named === 'object' && named !== null && 'name' in named ? named.name : named;
  return { kind: definition.kind.replace(/^KIND_/, ''), name: String(name) };
}

/** The rules whose conditions held, by `policy#rule`, in a trace of one action. */
function rulesThatHeld(trace: readonly TraceEntry[]): string[] {
  const held = trace.flatMap(({ at, activated, result }) => {
    const rule = at.findIndex(({ kind }) => kind === 'RULE');
    const below = at.slice(rule + 1).map(({ kind }) => kind);
    const whole = below[0] === 'CONDITION' && below.length <= 2 && below[1] !== 'VARIABLES';
    return rule >= 0 && whole && activated && result === true ? [`${at[0]?.name ?? ''}#${at[rule]?.name ?? ''}`] : [];
  });
  return [...new Set(held)].map((it) => it.replace(/^cerbos\./, ''));
}

/** Which rules hold at each point for an action, by Cerbos' own account. @throws PlatformError when it has none */
export async function explainPoints(
  policyDir: string,
  kind: string,
  questions: readonly { point: Point; action: string }[],
): Promise<string[][]> {
  if (questions.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), 'sg-explain-'));
  try {
    await mkdir(join(folder, 'tests'));
    await writeFile(join(folder, 'tests', 'points_test.yaml'), JSON.stringify(suiteOf(kind, questions)));
    const tests = join(folder, 'tests');
    const { stdout, stderr } = await compilePolicies(policyDir, { tests, output: 'json', verbose: true });
    if (!stdout.startsWith('{')) throw new PlatformError(`Cerbos does not explain itself: ${stderr}`);
    const traced = new Map(readTraces(stdout).map((it) => [it.test, rulesThatHeld(it.trace)]));
    return questions.map((_, index) => traced.get(`q${index}`) ?? []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function suiteOf(kind: string, questions: readonly { point: Point; action: string }[]): object {
  const each = <T>(make: (question: { point: Point; action: string }) => T): Record<string, T> =>
    Object.fromEntries(questions.map((question, index) => [`q${index}`, make(question)]));
  return {
    name: 'points',
    principals: each(({ point }) => ({ id: PLACEHOLDERS.principalId, roles: [point.role], attr: {} })),
    resources: each(({ point }) => ({ id: PLACEHOLDERS.resourceId, kind, attr: point.attr })),
    tests: questions.map(({ action }, index) => {
      const [name, actions] = [`q${index}`, [action]];
      const expected = [{ principal: name, resource: name, actions: { [action]: 'EFFECT_ALLOW' } }];
      return { name, input: { principals: [name], resources: [name], actions }, expected };
    }),
  };
}
