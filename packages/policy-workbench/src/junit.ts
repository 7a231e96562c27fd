/** A line of a JUnit report. */
export interface JunitCase {
  suite: string;
  name: string;
  /** What went wrong, the first line in short; null when nothing did. */
  failure: string | null;
  isSkipped?: boolean;
}

/** A JUnit report, as every CI reads it. */
export function junit(name: string, cases: readonly JunitCase[]): string {
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)];
  const body = suites.map(([suite, own]) => {
    const tests = own.map(
      (it) =>
        `    <testcase classname="${escape(suite)}" name="${escape(it.name)}"` +
        (it.failure === null
          ? it.isSkipped === true
            ? '><skipped/></testcase>'
            : '/>'
          : `>\n      <failure message="${escape(it.failure.split('\n')[0] ?? '')}">${escape(it.failure)}</failure>\n    </testcase>`),
    );
    const counts = `tests="${own.length}" failures="${failures(own)}"${skipped(own)}`;
    return [`  <testsuite name="${escape(suite)}" ${counts}>`, ...tests, '  </testsuite>'].join('\n');
  });
  const counts = `tests="${cases.length}" failures="${failures(cases)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escape(name)}" ${counts}>\n${body.join('\n')}\n</testsuites>\n`;
}

/** Said only where there is one: readers that know no such thing count none. */
function skipped(cases: readonly JunitCase[]): string {
  const count = cases.filter(({ isSkipped }) => isSkipped === true).length;
  return count === 0 ? '' : ` skipped="${count}"`;
}

const failures = (cases: readonly JunitCase[]): number => cases.filter(({ failure }) => failure !== null).length;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML takes no control characters at all. */
function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (it) => ENTITIES[it] ?? it).replaceAll(/(?![\n\t])\p{Cc}/gu, '?');
}
