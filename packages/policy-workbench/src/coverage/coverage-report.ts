import { junit } from '../junit.ts';
import { isCovered, missing, type Covered } from './measure.ts';

/** The share of points that the tests reached both ways, in percent; rounded down, so that 100 means all. */
export function percent(covered: readonly Covered[]): number {
  if (covered.length === 0) return 100;
  return Math.floor((covered.filter(isCovered).length / covered.length) * 1000) / 10;
}

/** A line for each file, then what is missing. */
export function coverageText(covered: readonly Covered[]): string {
  const files = [...Map.groupBy(covered, ({ point }) => point.file)];
  const width = Math.max(...files.map(([file]) => file.length), 5);
  const row = (name: string, own: readonly Covered[]): string => {
    const share = (sort: Covered['point']['sort']): string => {
      const some = own.filter(({ point }) => point.sort === sort);
      return `${some.filter(isCovered).length}/${some.length}`.padStart(9);
    };
    const total = `${percent(own)}%`.padStart(7);
    return `${name.padEnd(width)}${share('rule')}${share('derived role')}${share('condition')}${total}`;
  };
  const gaps = covered.filter((it) => !isCovered(it));
  return `${[
    `${''.padEnd(width)}    rules    roles   conds  total`,
    ...files.map(([file, own]) => row(file, own)),
    row('all', covered),
    ...(gaps.length > 0 ? ['', ...gaps.map(gap)] : []),
  ].join('\n')}\n`;
}

const gap = (it: Covered): string =>
  `${it.point.file}:${it.point.line} ${it.point.sort} ${it.point.title}: ${missing(it)}`;

/** LCOV, as editors and CI read it: rules and derived roles are functions, the two ways of a condition are branches. */
export function coverageLcov(covered: readonly Covered[], folder: string): string {
  const files = [...Map.groupBy(covered, ({ point }) => point.file)];
  return files.map(([file, own]) => `${lcovOf(`${folder}/${file}`, own)}\n`).join('');
}

function lcovOf(path: string, own: readonly Covered[]): string {
  const owners = own.filter(({ point }) => point.sort !== 'condition');
  const branches = own.flatMap(({ point, held, failed }, index) => [
    `BRDA:${point.line},${index},0,${held > 0 ? held : '-'}`,
    `BRDA:${point.line},${index},1,${failed > 0 ? failed : '-'}`,
  ]);
  const lines = [...Map.groupBy(own, ({ point }) => point.line)].toSorted(([a], [b]) => a - b);
  const hits = lines.map(([line, points]) => [line, Math.min(...points.map(({ held }) => held))] as const);
  return [
    'TN:',
    `SF:${path}`,
    ...owners.map(({ point }) => `FN:${point.line},${point.title}`),
    ...owners.map(({ point, held }) => `FNDA:${held},${point.title}`),
    `FNF:${owners.length}`,
    `FNH:${owners.filter(({ held }) => held > 0).length}`,
    ...branches,
    `BRF:${branches.length}`,
    `BRH:${branches.filter((it) => !it.endsWith('-')).length}`,
    ...hits.map(([line, count]) => `DA:${line},${count}`),
    `LF:${hits.length}`,
    `LH:${hits.filter(([, count]) => count > 0).length}`,
    'end_of_record',
  ].join('\n');
}

/** A case for each point; one that the tests did not reach both ways fails. */
export function coverageJunit(covered: readonly Covered[]): string {
  return junit(
    'policy coverage',
    covered.map((it) => ({
      suite: it.point.file,
      name: `line ${it.point.line}: ${it.point.sort} ${it.point.title}`,
      failure: isCovered(it) ? null : gap(it),
    })),
  );
}

/** What was covered, for programs. */
export function coverageJson(covered: readonly Covered[]): string {
  const points = covered.map(({ point, held, failed }) => ({ ...point, held, failed }));
  return `${JSON.stringify({ percent: percent(covered), points }, null, 2)}\n`;
}
