/** One step of how Cerbos came to a decision, by its own account. */
export interface TraceEntry {
  /** Where it was: policy, derived role or rule, condition, and so on inwards. */
  at: readonly Component[];
  activated: boolean;
  result?: unknown;
  /** Why it could not be evaluated; its result is false then. */
  error?: string;
  effect?: string;
}

/** A part of a policy; `kind` is Cerbos' own word without its prefix, such as RULE. */
export interface Component {
  kind: string;
  name: string;
}

/** A policy test that was run, with its trace. */
export interface TracedTest {
  /** The file of its suite, below the folder of tests: two suites may have one name. */
  file: string;
  suite: string;
  test: string;
  principal: string;
  resource: string;
  action: string;
  passed: boolean;
  isSkipped: boolean;
  /** What was decided, where the test passed. */
  effect: string | null;
  /** Whether it failed since something else was decided than it expects; its outputs may differ as well. */
  isContrary: boolean;
  trace: readonly TraceEntry[];
}

interface Definition {
  kind: string;
  [name: string]: unknown;
}

interface Report {
  suites?: {
    file: string;
    name: string;
    error?: string;
    testCases?: {
      name: string;
      principals?: { name: string; resources?: { name: string; actions?: Traced[] }[] }[];
    }[];
  }[];
}

interface Event {
  status: string;
  result?: unknown;
  error?: string;
  effect?: string;
}

interface Traced {
  name: string;
  details: {
    result: string;
    success?: { effect?: string };
    failure?: { expected?: string; actual?: string };
    engineTraceBatch?: {
      definitions: Definition[];
      entries: { componentIndices: number[]; event: Event }[];
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
            file: suite.file,
            suite: suite.name,
            test: test.name,
            principal: principal.name,
            resource: resource.name,
            action: action.name,
            passed: action.details.result === 'RESULT_PASSED',
            isSkipped: action.details.result === 'RESULT_SKIPPED',
            effect: action.details.success?.effect ?? null,
            isContrary: isContrary(action.details.failure),
            trace: traceOf(action.details.engineTraceBatch),
          })),
        ),
      ),
    ),
  );
}

const isContrary = (failure: Traced['details']['failure']): boolean =>
  failure?.expected !== undefined && failure.actual !== undefined && failure.expected !== failure.actual;

function traceOf(batch: Traced['details']['engineTraceBatch']): TraceEntry[] {
  if (!batch) return [];
  const components = batch.definitions.map(componentOf);
  return batch.entries.map(({ componentIndices, event }) => ({
    at: componentIndices.flatMap((index) => components[index] ?? []),
    activated: event.status === 'STATUS_ACTIVATED',
    ...('result' in event && { result: event.result }),
    ...(event.error !== undefined && { error: event.error }),
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
