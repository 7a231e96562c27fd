import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';

// What no HTTP parser takes is answered like anything else, too.

let app: TestApp;
let http: OverHttp;
beforeAll(async () => {
  app = await testApp();
  http = await overHttp(app);
});
afterAll(async () => {
  await http.close();
  await app.close();
});

async function answerTo(text: string): Promise<{ status: string; headers: Headers; body: unknown }> {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1').setEncoding('utf8');
  socket.write(text);
  const [head = '', body = ''] = (await socket.toArray()).join('').split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]));
  return { status, headers, body: JSON.parse(body) };
}

const HOST = 'Host: 127.0.0.1\r\n';

test.each([
  ['a method that HTTP does not have', `FOO / HTTP/1.1\r\n${HOST}\r\n`, '405 Method Not Allowed', 'method_not_allowed'],
  ['a method in small letters', `get / HTTP/1.1\r\n${HOST}\r\n`, '405 Method Not Allowed', 'method_not_allowed'],
  [
    'an address of 20 KB',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
    '431 Request Header Fields Too Large',
    'headers_too_large',
  ],
  [
    'a header of 20 KB',
    `GET / HTTP/1.1\r\n${HOST}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
    'headers_too_large',
  ],
  ['a header without a name', `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`, '400 Bad Request', 'invalid_request'],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    '400 Bad Request',
    'invalid_request',
  ],
])('%s', async (_what, text, status, code) => {
  const answer = await answerTo(text);
  expect(answer.status).toBe(`HTTP/1.1 ${status}`);
  expect(answer.body).toMatchObject({ code, request_id: answer.headers.get('X-Request-ID') });
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(answer.headers.get('Allow') !== null).toBe(code === 'method_not_allowed');
});
