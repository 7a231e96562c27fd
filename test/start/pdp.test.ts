import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { cerbosBinary } from '@sparkgate/cerbos-pdp/binary';
import { pdpFindings, probePdp } from '../../src/probes/pdp.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cleanUp, temporaryFolder } from '../support/service.ts';

afterAll(cleanUp);

const ROOT = join(import.meta.dirname, '../..');

/** A Cerbos on the project's policies whose configuration differs from the project's in these lines. */
async function cerbos(...edits: [from: string, to: string][]): Promise<string> {
  const folder = await temporaryFolder();
  const socket = join(folder, 'pdp.sock');
  let text = await readFile(join(ROOT, 'src/platform/cerbos.yaml'), 'utf8');
  const own: [string, string][] = [
    ['":3593"', `unix:${socket}`],
    ['":3592"', `unix:${join(folder, 'http.sock')}`],
    ['/policies', join(ROOT, 'policies')],
  ];
  for (const [from, to] of [...own, ...edits]) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const config = join(folder, 'cerbos.yaml');
  await writeFile(config, text);
  const child = spawn(cerbosBinary(), ['server', `--config=${config}`, '--log-level=error'], { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return `unix:${socket}`;
}

const AS = 'as src/platform/cerbos.yaml has it.';

test.each<[string, [string, string][], string]>([
  ['evaluates loosely', [['strictEvaluation: true', 'strictEvaluation: false']], 'set engine.strictEvaluation to true'],
  [
    'takes few questions at once',
    [['maxResourcesPerRequest: 500', 'maxResourcesPerRequest: 50']],
    'set server.requestLimits.maxResourcesPerRequest to 500',
  ],
])('a Cerbos that %s is refused', async (_, edits, advice) => {
  const target = await cerbos(...edits);
  const findings = await probePdp(target, { timeoutMs: 5000, attempts: 100 });
  expect(findings).toEqual([
    {
      level: 'problem',
      says: expect.stringMatching(new RegExp(`^The Cerbos at CERBOS_TARGET ${target} .*; ${advice}, ${AS}$`)),
    },
  ]);
});

test('one that is configured like ours is well', async () => {
  const target = inject('cerbosTarget');
  expect(await probePdp(target, { timeoutMs: 5000 })).toEqual([
    { level: 'well', says: `The Cerbos at CERBOS_TARGET ${target} is 0.55.0 and evaluates strictly.` },
  ]);
});

test.each([
  ['0.51.0', 'problem'],
  ['0.54.9', 'problem'],
  ['0.55.0', 'well'],
  ['0.60.1', 'well'],
  ['1.0.0', 'well'],
  ['unknown', 'well'],
])('Cerbos %s: %s', (version, level) => {
  const [finding] = pdpFindings('T', { version, evaluatesLoosely: false, takesWholeCalls: true });
  expect(finding?.level).toBe(level);
});
