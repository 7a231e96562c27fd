import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type CallOptions, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';

// RFC 9457: every error of whatever kind has the same shape and a stable code.

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ BODY_LIMIT_BYTES: '2000', ADMINS_PER_BUSINESS_CENTER: '1' });
  await standardWorld(app);
});
afterAll(async () => app.close());

const BC1 = '/v1/business-centers/bc1';
const JSON_BODY = { 'Content-Type': 'application/json' };

test.each<[number, string, string, string, CallOptions]>([
  [400, 'invalid_request', 'PUT', BC1, { body: { name: 7 } }],
  [400, 'invalid_request', 'PUT', BC1, { body: '{' }],
  [400, 'invalid_request', 'GET', `${BC1}/access-requests?limit=0`, { actor: 'user:adm' }],
  [401, 'unauthenticated', 'PUT', BC1, { body: {}, key: null }],
  [403, 'forbidden', 'POST', `${BC1}/access-requests`, { actor: 'user:sam', body: { scopes: ['POST'] } }],
  [404, 'not_found', 'GET', '/v1/nothing', {}],
  [405, 'method_not_allowed', 'PATCH', BC1, {}],
  [404, 'not_found', 'GET', '/nothing', { key: null }],
  [404, 'consent_not_available', 'GET', '/v1/consents/x', { actor: 'tiktok_account:brand' }],
  [409, 'limit_reached', 'PUT', `${BC1}/members/sam`, { body: { user_role: 'ADMIN' } }],
  [412, 'revision_not_reached', 'POST', '/access/v1/evaluation', { headers: { 'X-Sparkgate-Revision': 'f.1.999' } }],
  [413, 'payload_too_large', 'PUT', BC1, { body: { name: 'x'.repeat(3000) } }],
])('%i %s: %s %s', async (status, code, method, path, options) => {
  const check = {
    subject: { type: 'user', id: 'sam' },
    action: { name: 'view' },
    resource: { type: 'business_center', id: 'bc1' },
  };
  const { body: given = path.startsWith('/access') ? check : undefined, ...rest } = options;
  const answer = await app.call(method, path, {
    ...rest,
    ...(given !== undefined && { body: given }),
    headers: { ...rest.headers, 'X-Request-ID': 'id-of-this-call', ...(given !== undefined && JSON_BODY) },
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const { errors: _errors, reasons: _reasons, ...problem } = answer.body;
  expect(problem).toEqual({
    type: `urn:sparkgate:problem:${code}`,
    title: expect.stringMatching(/\S/),
    status,
    code,
    detail: expect.stringMatching(/\S/),
    request_id: 'id-of-this-call',
  });
  expect(answer.headers.get('X-Request-ID')).toBe('id-of-this-call');
});

test('400 names each field by its JSON Pointer', async () => {
  const { body } = await app.call('POST', '/access/v1/evaluation', {
    body: { subject: { type: 'user', id: 7 }, action: {}, resource: { type: 'tiktok_account', id: 'brand' } },
  });
  expect(body.errors.map((it: { pointer: string }) => it.pointer)).toEqual(['/subject/id', '/action/name']);
});

test('400 for properties of the action that do not fit one of our own kinds, also by pointer', async () => {
  const ask = async (properties: unknown) =>
    app.call('POST', '/access/v1/evaluation', {
      body: {
        subject: { type: 'user', id: 'sam' },
        action: { name: 'create_spark_ad', properties },
        resource: { type: 'tiktok_account', id: 'brand' },
      },
    });
  const pointers = async (properties: unknown): Promise<unknown> =>
    (await ask(properties)).body.errors?.map((it: { pointer: string }) => it.pointer);
  expect(await pointers({ advertiser_id: 7 })).toEqual(['/action/properties/advertiser_id']);
  expect(await pointers({ post: { ad_authorization: 'on' } })).toEqual(['/action/properties/post/ad_authorization']);
  expect(await pointers({ post: {}, live: { live_id: 'l1' } })).toEqual(['/action/properties/live']);
  expect(await pointers({ scopes: ['STORY'] })).toEqual(['/action/properties/scopes/0']);
  expect((await ask({ user_id: 'sam', post: null })).status).toBe(200);
});

test('403 names every missing condition, with words for people', async () => {
  const { body } = await app.call('POST', `${BC1}/access-requests`, {
    actor: 'user:sam',
    body: { scopes: ['POST'] },
  });
  expect(body.reasons).toEqual([{ code: 'NOT_AN_ADMIN', message: expect.stringMatching(/administrator/) }]);
  expect(body.detail).toBe(body.reasons[0].message);
});
