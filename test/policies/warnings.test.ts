import { pino } from 'pino';
import { expect, test } from 'vitest';
import { callCommand } from '../../src/platform/control-socket.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import type { PolicyChange } from '../../src/rollout/policy-service.ts';
import { testApp } from '../support/app.ts';
import { temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { ADMITS_ALL, folderWith } from './live.ts';

/** A folder whose `record` policy compares an id with a number. */
const comparing = async (number: string): Promise<string> =>
  folderWith([
    'resource_policies/record.yaml',
    '  rules:\n',
    `  variables: {local: {its: R.attr.n == ${number}}}\n  rules:\n`,
  ]);

/** Starts the service, which logs to `warnings`. */
async function service(environment: NodeJS.ProcessEnv) {
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line).msg) });
  return { app: await testApp(environment, log, ADMITS_ALL), warnings };
}

const about = (number: string): unknown =>
  expect.stringMatching(
    new RegExp(`^resource_policies/record\\.yaml:\\d+: ${number} in \`R\\.attr\\.n == ${number}\``),
  );

test('a bundle that compares with a number which JSON cannot carry decides, and is warned of', async () => {
  const [at, applied] = [await comparing('9007199254740993'), await comparing('7123456789012345679')];
  const dataDir = await temporaryFolder();
  const { app, warnings } = await service({ POLICY_DIR: at, CERBOS_TARGET: '', DATA_DIR: dataDir });
  expect(warnings).toEqual([about('9007199254740993')]);
  const change = (await callCommand(await runDir(dataDir), 'apply', applied)) as PolicyChange;
  expect(change).toMatchObject({ outcome: 'activated', warnings: [about('7123456789012345679')] });
  expect(warnings.slice(1)).toEqual([about('7123456789012345679')]);
  await app.close();
});

test('so are the policies in POLICY_DIR where others run the Cerbos', async () => {
  const { app, warnings } = await service({ POLICY_DIR: await comparing('9007199254740993') });
  const others = warnings.filter((it) => !it.startsWith('no record says that this policy bundle was admitted'));
  expect(others).toEqual([about('9007199254740993')]);
  await app.close();
});
