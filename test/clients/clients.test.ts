import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import orval from 'orval';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';

// Clients that others make of the document, by generators that know nothing else of this service.

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

type Examples = Record<string, { value: unknown }>;

let app: TestApp;
let http: OverHttp;
let folder: string;
let examples: Examples;

beforeAll(async () => {
  app = await testApp();
  http = await overHttp(app);
  folder = await mkdtemp(join(tmpdir(), 'sparkgate-clients-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { body: document } = await app.call('GET', '/openapi.json', { key: null });
  examples = document.paths['/access/v1/evaluation'].post.requestBody.content['application/json'].examples;
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'types.ts'), astToString(await openapiTS(document)));
  for (const client of ['fetch', 'zod'] as const) {
    const output = { target: join(folder, `${client}.ts`), client, mode: 'single', baseUrl: http.url } as const;
    await orval({ input: join(folder, 'openapi.json'), output }, undefined, { logLevel: 'error', throwOnError: true });
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await http.close();
  await app.close();
});

/** What a strict compiler has to say to a program that uses the clients. */
async function compile(compiler: string, name: string, lines: readonly string[]): Promise<string> {
  const at = join(folder, name);
  await mkdir(at, { recursive: true });
  await writeFile(join(at, 'program.ts'), lines.join('\n'));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: [],
  };
  await writeFile(join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  return run(process.execPath, [join(compiler, 'bin/tsc'), '-p', at]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
}

const USES = [
  `import type { components, operations } from '../types';`,
  `import * as client from '../fetch';`,
  `import * as schemas from '../zod';`,
  `type Check = operations['evaluate']['requestBody']['content']['application/json'];`,
  `type OfAccount = components['schemas']['TiktokAccountEvaluationRequest'];`,
  `export const used = [client.evaluate, schemas.EvaluateBody];`,
];
const asked = (properties: string): string =>
  `{ subject: { type: 'user', id: 'sam' }, action: { name: 'create_spark_ad', properties: ${properties} }, ` +
  `resource: { type: 'tiktok_account', id: 'brand' } }`;

test.each([
  ['the compiler of this tree', join(ROOT, 'node_modules/typescript')],
  ['the one before', join(import.meta.dirname, 'node_modules/typescript')],
])(
  '%s takes the clients and every example of an action, and refuses what an action does not take',
  async (name, tsc) => {
    const checks = Object.values(examples).map(({ value }) => JSON.stringify(value));
    expect(checks.length).toBeGreaterThan(20);
    const wrong = ["{ advertizer_id: 'adv1' }", '{ advertiser_id: 1 }', "{ post: { ad_authorization: 'on' } }"];
    const told = await compile(tsc, String(name.length), [
      ...USES,
      `export const right: OfAccount = ${JSON.stringify(examples['tiktok_account.create_spark_ad']?.value)};`,
      `export const types: Check[] = [${checks.join(', ')}];`,
      `export const parameters: Parameters<typeof client.evaluate>[0][] = [${checks.join(', ')}];`,
      ...wrong.map((it, n) => `// @ts-expect-error it is not taken\nexport const wrong${n}: OfAccount = ${asked(it)};`),
    ]);
    expect(told).toBe('');
  },
);

describe("orval's zod", () => {
  test.each(['EvaluateBody', 'EvaluateBatchBody'])('%s takes every example, and sam as any other id', async (name) => {
    const { [name]: schema } = (await import(join(folder, 'zod.ts'))) as Record<string, z.ZodType>;
    for (const [example, { value }] of Object.entries(examples))
      expect([example, schema?.safeParse(value).error]).toEqual([example, undefined]);
    for (const id of ['sam', '李雷', 'a b', '\u{1F600}', '-', 'x'.repeat(128)]) {
      const check = { subject: { type: 'user', id }, action: { name: 'view' }, resource: { type: 'record', id } };
      expect([id, schema?.safeParse(check).error]).toEqual([id, undefined]);
    }
  });

  test('refuses what this service refuses', async () => {
    const { EvaluateBody: schema } = (await import(join(folder, 'zod.ts'))) as Record<string, z.ZodType>;
    for (const id of ['', '.', '..', ' sam', 'sam ', 'a\u0000b', 'x'.repeat(129)]) {
      const check = { subject: { type: 'user', id }, action: { name: 'view' }, resource: { type: 'record', id: '1' } };
      expect([id, schema?.safeParse(check).success]).toEqual([id, false]);
    }
  });
});

test("orval's client asks, and is answered as its types say", async () => {
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  const { evaluate } = (await import(join(folder, 'fetch.ts'))) as {
    evaluate: (check: unknown, options: RequestInit) => Promise<{ status: number; data: { decision: boolean } }>;
  };
  const { value } = examples['tiktok_account.create_spark_ad'] ?? {};
  const { status, data } = await evaluate(value, { headers: { Authorization: `Bearer ${ADMIN_KEY}` } });
  expect([status, data.decision]).toEqual([200, true]);
});
