import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';
import type { FailedTest, TestReport } from '@sparkgate/cerbos-pdp/test-report';
import type { Finding } from '../findings.ts';

/** What keeps policies from compiling, with the files below the folder of policies. */
export const complaintFindings = ({ complaints }: TestReport, folder: string): Finding[] =>
  complaints.map(({ file, line, message }) => ({
    level: 'error',
    title: 'does not compile',
    file: file === '' ? null : join(folder, file),
    line,
    message,
  }));

/** The tests that did not pass, and where they stand. */
export async function testFindings({ failed }: TestReport, tests: string): Promise<Finding[]> {
  const lines = new Map<string, (test: string) => number | null>();
  const findings: Finding[] = [];
  for (const it of failed) {
    const place = lines.get(it.file) ?? (await testLines(join(tests, it.file)));
    lines.set(it.file, place);
    findings.push({
      level: 'error',
      title: it.isBroken ? 'broken test' : 'failed',
      file: join(tests, it.file),
      line: lineIn(it) ?? place(it.test),
      message: [it.suite, it.test, it.asked, it.message].filter((part) => part !== '').join(': '),
    });
  }
  return findings;
}

/** Where Cerbos found a suite that cannot be read, as `failed to load test suite:\n5:5 tests[0].expected: ...` says. */
function lineIn({ isBroken, message }: FailedTest): number | null {
  const line = isBroken ? /^(\d+):\d+ /m.exec(message)?.[1] : undefined;
  return line === undefined ? null : Number(line);
}

async function testLines(file: string): Promise<(test: string) => number | null> {
  const lines = new LineCounter();
  const text = await readFile(file, 'utf8').catch(() => '');
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', merge: true });
  const tests = document.get('tests');
  const items = isSeq(tests) ? tests.items : [];
  return (name) => {
    const found = items.find((it) => isMap(it) && String(it.get('name')) === name);
    return isNode(found) && found.range ? lines.linePos(found.range[0]).line : 1;
  };
}
