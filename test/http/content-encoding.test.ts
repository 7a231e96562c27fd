import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, testApp, type Answer, type TestApp } from '../support/app.ts';
import { answerOf } from '../support/call.ts';
import { decision, standardWorld } from '../support/cast.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ BODY_LIMIT_BYTES: '10000', IMPORT_LIMIT_BYTES: '100000' });
  await standardWorld(app);
});
afterAll(async () => app.close());

const CHECK = JSON.stringify({
  subject: { type: 'user', id: 'adm' },
  action: { name: 'request_account_access' },
  resource: { type: 'business_center', id: 'bc1' },
});
const LINE = '{"type":"member","bc_id":"bc1","user_id":"zip","user_role":"ADMIN"}\n';

async function send(path: string, body: Buffer | string, encoding: string, type: string): Promise<Answer> {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': type, 'Content-Encoding': encoding };
  return answerOf(await app.request(path, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) }));
}
const check = async (body: Buffer | string, encoding: string): Promise<Answer> =>
  send('/access/v1/evaluation', body, encoding, 'application/json');
const bring = async (body: Buffer | string, encoding: string): Promise<Answer> =>
  send('/v1/relationships/import', body, encoding, 'application/x-ndjson');

test.each(['gzip', 'GZIP', ' gzip '])('%j is taken, by checks and imports alike', async (encoding) => {
  expect((await check(gzipSync(CHECK), encoding)).body.decision).toBe(true);
  expect((await bring(gzipSync(LINE), encoding)).status).toBe(200);
  expect(await decision(app, 'zip', 'request_account_access', 'business_center:bc1')).toBe('ALLOW via BUSINESS_CENTER');
});

test('identity is no encoding', async () => {
  expect((await check(CHECK, 'identity')).body.decision).toBe(true);
});

test.each([
  ['br', brotliCompressSync(CHECK)],
  ['deflate', deflateSync(CHECK)],
  ['gzip, gzip', gzipSync(gzipSync(CHECK))],
  ['x', Buffer.from(CHECK)],
])('%s is a 415 that says what is taken', async (encoding, body) => {
  const answer = await check(body, encoding);
  expect([answer.status, answer.body.code, answer.headers.get('Accept-Encoding')]).toEqual([
    415,
    'unsupported_media_type',
    'gzip',
  ]);
});

describe('gzip that is none is a 400, and brings nothing', () => {
  test.each([
    ['plain', Buffer.from(CHECK), Buffer.from(LINE)],
    ['cut off', gzipSync(CHECK).subarray(0, -6), gzipSync(LINE).subarray(0, -6)],
    ['changed', flipped(gzipSync(CHECK)), flipped(gzipSync(LINE))],
    ['empty', Buffer.alloc(0), Buffer.alloc(0)],
  ])('%s', async (_, body, lines) => {
    expect((await check(body, 'gzip')).body.code).toBe('invalid_request');
    expect((await bring(lines, 'gzip')).body.code).toBe('invalid_request');
  });
});

function flipped(bytes: Buffer): Buffer {
  const at = bytes.length - 8;
  return Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]);
}

test('limits count what is inflated', async () => {
  expect((await check(gzipSync(CHECK + ' '.repeat(20_000)), 'gzip')).status).toBe(413);
  expect((await bring(gzipSync('\n'.repeat(200_000)), 'gzip')).status).toBe(413);
});

test.each(['multipart/form-data', 'multipart/form-data; boundary=x', 'application/json', 'text/plain', 'x'])(
  'a page takes no form as %s',
  async (type) => {
    for (const path of [
      '/language',
      '/sign-in/demo',
      '/sign-out',
      '/console/bc1/request-access',
      '/consent/x/approve',
    ]) {
      const headers = { 'Content-Type': type, 'Sec-Fetch-Site': 'same-origin', Host: 'sparkgate.test' };
      expect((await app.request(path, { method: 'POST', headers, body: 'language=en' })).status).toBe(415);
    }
  },
);

test('a form is in UTF-8', async () => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=gbk', 'Sec-Fetch-Site': 'same-origin' };
  expect((await app.request('/language', { method: 'POST', headers, body: 'language=en' })).status).toBe(400);
});
