import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ BODY_LIMIT_BYTES: '1000' });
});
afterAll(async () => app.close());

async function put(body: string, headers: Record<string, string>): Promise<number> {
  const chunks = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(body));
      controller.close();
    },
  });
  const { status } = await app.request('/v1/business-centers/bc1', {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json', ...headers },
    body: chunks,
    duplex: 'half',
  });
  return status;
}

const small = JSON.stringify({ name: 'Bright Agency' });
const large = JSON.stringify({ name: 'Bright Agency', more: 'x'.repeat(1000) });

test('a body over the limit is refused, whether it says its length or comes in chunks', async () => {
  expect(await put(small, { 'Content-Length': String(small.length) })).toBe(200);
  expect(await put(large, { 'Content-Length': String(large.length) })).toBe(413);
  expect(await put(small, {})).toBe(200);
  expect(await put(large, {})).toBe(413);
});
