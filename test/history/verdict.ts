import type { Question } from '../oracle/rules.ts';
import type { Line } from '../oracle/written-facts.ts';
import { cellModel, type CellOperation, type Change } from './meaning.ts';
import { unexplained, type Unexplained } from './order.ts';

/** What a violation is called. */
export type Violation =
  | 'wrong ALLOW'
  | 'wrong DENY'
  | 'answers of two moments'
  | 'done, though the rules refuse it'
  | 'refused, though the rules allow it'
  | 'refused, and yet happened'
  | 'answered that it did not happen, and yet happened'
  | 'an answer of no kind'
  | 'never ended';

/** Something that no order of what was acknowledged explains. */
export interface Found {
  violation: Violation;
  operation: CellOperation;
  /** The write that took effect against its answer. */
  culprit: CellOperation | null;
}

/** All that is wrong with a history: each cell by itself, since cells share nothing. */
export function violationsIn(operations: readonly CellOperation[]): Found[] {
  const cells = Map.groupBy(operations, ({ cell }) => cell);
  const wrong = [...cells.values()].flatMap((history) => wrongIn(history));
  const endless = operations.filter(({ end }) => end === null);
  const failed = operations.filter(
    ({ end, outcome, said }) => end !== null && outcome === 'open' && /^5(?!03)\d\d /.test(said),
  );
  const alone =
    (violation: Violation) =>
    (operation: CellOperation): Found => ({ violation, operation, culprit: null });
  return [...wrong, ...endless.map(alone('never ended')), ...failed.map(alone('an answer of no kind'))];
}

/** Of so many violations in a cell it is found out which answers of a batch are wrong. */
const NAMED = 20;

function wrongIn(history: CellOperation[]): Found[] {
  const named = { left: NAMED };
  return unexplained(history, cellModel()).map((it) => ({ ...it, violation: nameOf(it, history, named.left-- > 0) }));
}

function nameOf(
  { operation, culprit }: Unexplained<CellOperation>,
  history: CellOperation[],
  exactly: boolean,
): Violation {
  if (culprit)
    return culprit.outcome === 'answered'
      ? 'refused, and yet happened'
      : 'answered that it did not happen, and yet happened';
  const { call, answers = [], done } = operation;
  if ('write' in call) return done === true ? 'done, though the rules refuse it' : 'refused, though the rules allow it';
  if (answers.some(({ status }) => status !== 200)) return 'an answer of no kind';
  const [wrong] = call.ask.length === 1 || !exactly ? [0] : wrongAlone(operation, history);
  if (wrong === undefined) return 'answers of two moments';
  return answers[wrong]?.body.decision === true ? 'wrong ALLOW' : 'wrong DENY';
}

/** Which answers of a batch nothing explains, even if each had been asked by itself. */
function wrongAlone({ id, call, answers = [], ...rest }: CellOperation, history: CellOperation[]): number[] {
  if (!('ask' in call)) return [];
  return call.ask.flatMap((question, n) => {
    const alone = { ...rest, id, call: { ask: [question] }, answers: answers.slice(n, n + 1) };
    const until = history.filter(({ start }) => start <= (rest.end ?? Infinity));
    const all = until.map((it) => (it.id === id ? alone : it));
    return unexplained(all, cellModel()).some(({ operation }) => operation.id === id) ? [n] : [];
  });
}

/** How many writes are told that came before a violation, or beside it. */
const TOLD = 40;

/** A violation, with the writes in its cell that came before it and beside it. */
export function told({ violation, operation, culprit }: Found, operations: readonly CellOperation[]): string {
  const from = operation.start;
  const line = (it: CellOperation): string => inWords(it, from);
  const writes = operations.filter(
    ({ id, cell, start, call }) =>
      cell === operation.cell && id !== operation.id && 'write' in call && start < (operation.end ?? Infinity),
  );
  return [
    `${violation} in ${operation.cell}: ${line(operation)}`,
    ...(culprit ? [`since this happened: ${line(culprit)}`] : []),
    'writes of this cell until then:',
    ...writes.slice(-TOLD).map((it) => `  ${line(it)}`),
  ].join('\n');
}

function inWords({ cell, call, client, node, start, end, said, answers, made }: CellOperation, from: number): string {
  const [begun, ended] = [start, end ?? Infinity].map((time) => (time - from).toFixed(1));
  const what = 'ask' in call ? call.ask.map(asked).join(', ') : changeInWords(call.write);
  const decisions = answers?.map(({ body }) => (body?.decision === true ? 'ALLOW' : 'DENY')).join(', ');
  const came = made ? `${said} ${made.id}` : (decisions ?? said);
  return `${begun} to ${ended} ms, ${client}, node ${node}: ${what} -> ${came}`.replaceAll(`${cell}-`, '');
}

function asked({ subject, action }: Question): string {
  return `may ${subject.id} ${action.name}`;
}

function changeInWords({ about, ...change }: Change): string {
  if (change.do === 'import') return `import ${change.lines.map(lineInWords).join('; ')}`;
  if (change.do === 'put') return `put ${lineInWords(change.line)}`;
  const { do: verb, request: _, ...rest } = { request: 0, ...change };
  return [verb, about?.id ?? '', ...Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)].join(' ');
}

function lineInWords({ type, ...rest }: Line): string {
  return [type, ...Object.values(rest)].join(' ');
}

/** The longest and the usual time of each kind of operation, in milliseconds, and how many came to nothing. */
export function latencies(
  operations: readonly CellOperation[],
): Record<string, { count: number; came_to_nothing: number; p50: number; max: number }> {
  const kinds = Map.groupBy(operations, ({ call }) =>
    'ask' in call ? (call.ask.length > 1 ? 'batch' : 'check') : call.write.do,
  );
  return Object.fromEntries(
    [...kinds].map(([kind, all]) => {
      const times = all.map(({ start, end }) => (end ?? Infinity) - start).toSorted((a, b) => a - b);
      const [p50 = 0, max = 0] = [times[Math.floor(times.length / 2)], times.at(-1)].map(
        (it) => Math.round((it ?? 0) * 10) / 10,
      );
      const nothing = all.filter(({ outcome }) => outcome !== 'answered').length;
      return [kind, { count: all.length, came_to_nothing: nothing, p50, max }];
    }),
  );
}
