import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { asset } from '../../src/http/ui/assets.ts';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { serveApp, type Served } from '../support/served.ts';

const SETTINGS = { PUBLIC_URL: 'https://sparkgate.test', ALLOWED_HOSTS: 'Console.internal, 10.0.0.7,[2001:db8::7]' };
let app: TestApp;
beforeAll(async () => {
  app = await testApp(SETTINGS);
});
afterAll(async () => app.close());

const KNOWN = [
  'sparkgate.test',
  'SPARKGATE.TEST',
  'sparkgate.test.',
  'sparkgate.test:8443',
  'localhost',
  'localhost:8080',
  'app.localhost:3000',
  '127.0.0.1',
  '127.1.2.3:1',
  '[::1]:8080',
  'console.internal:8080',
  '10.0.0.7',
  '[2001:db8:0::7]:443',
];
const UNKNOWN = [
  'evil.test',
  'evil.test:8080',
  'sparkgate.test.evil.test',
  'evilsparkgate.test',
  'localhost.evil.test',
  'evil-localhost',
  '127.0.0.1.evil.test',
  '127.evil',
  '0.0.0.0:8080',
  '10.0.0.8',
  '[::]',
  '[2001:db8::8]',
  '192.168.0.1',
  'sparkgate.test@evil.test',
  'evil.test#sparkgate.test',
  'sparkgate.test,evil.test',
  '',
];

const KEY = { Authorization: `Bearer ${ADMIN_KEY}` };
const COOKIE = { Cookie: 'anything=at-all' };
const CALLERS = { nobody: {}, 'a key': KEY, 'a cookie': COOKIE, 'a key and a cookie': { ...KEY, ...COOKIE } } as const;
type CallerName = keyof typeof CALLERS;

/** What is asked for, and who is refused there by an unknown host. */
const PLACES: readonly (readonly [string, readonly CallerName[]])[] = [
  ...['/', '/console', '/console/', '/consent/x', '/my-account', '/review', '/sign-in', '/sign-in/user'].map(page),
  ...['/sign-in/user/callback?state=x', '/sign-out', '/language', '/docs', '/nothing-here'].map(page),
  ...['/healthz', '/readyz', '/metrics', '/openapi.json', '/.well-known/authzen-configuration'].map(programs),
  ...['/v1/audit', '/v1/nothing', '/access/v1/nothing', '/favicon.svg', asset('style.css')].map(programs),
];

function page(path: string) {
  return [path, ['nobody', 'a key', 'a cookie', 'a key and a cookie']] as const;
}

function programs(path: string) {
  return [path, ['a cookie', 'a key and a cookie']] as const;
}

const statusBy = async (path: string, headers: Record<string, string>): Promise<number> =>
  (await app.request(path, { headers })).status;

describe('which host may be called', () => {
  test.each(PLACES.flatMap(([path, refused]) => Object.keys(CALLERS).map((who) => [path, who, refused] as const)))(
    '%s by %s',
    async (path, who, refused) => {
      const caller = CALLERS[who as CallerName];
      const ordinary = await statusBy(path, { ...caller, Host: 'sparkgate.test' });
      expect(ordinary).not.toBe(421);
      const wanted = refused.includes(who as CallerName) ? 421 : ordinary;
      expect(await statusBy(path, { ...caller, Host: 'evil.test' })).toBe(wanted);
    },
  );

  test.each(KNOWN)('%j is ours', async (host) => {
    expect(await statusBy('/sign-in', { Host: host })).toBe(200);
  });

  test.each(UNKNOWN)('%j is not', async (host) => {
    const answer = await app.request('/sign-in', { headers: { Host: host } });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([421, []]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s of a page by another host', async (method) => {
    expect((await app.request('/sign-in', { method, headers: { Host: 'evil.test' } })).status).toBe(421);
  });
});

describe('what a refusal says', () => {
  test.each(['en', 'zh-CN'] as const)('to people, in %s: what to do, with the way there', async (language) => {
    const answer = await app.request('/console/bc1/members?q=x', {
      headers: { Host: 'evil.test', 'Accept-Language': language },
    });
    const text = await answer.text();
    const { errors } = LOCALES[language].words;
    for (const said of Object.values(errors.misdirected_request)) expect(text).toContain(said);
    expect(text).toContain('href="https://sparkgate.test/console/bc1/members?q=x"');
    expect(text).not.toContain('<form');
    expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
  });

  test('to programs: a problem', async () => {
    const { status, body } = await app.call('GET', '/v1/audit', { headers: { Host: 'evil.test', Cookie: 'a=b' } });
    expect([status, body.code]).toEqual([421, 'misdirected_request']);
    expect(body.detail).toBe(
      'The host "evil.test" is not known here. Use https://sparkgate.test, or name the host in the setting ALLOWED_HOSTS.',
    );
  });
});

describe('over the network', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serveApp(SETTINGS);
  });
  afterAll(async () => served.close());

  /** Sends exactly these lines, and answers the status. */
  async function sent(...lines: string[]): Promise<number> {
    const socket = connect(served.port, '127.0.0.1').setEncoding('utf8');
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    let heard = '';
    socket.on('data', (chunk: string) => (heard += chunk));
    await once(socket, 'close');
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1]);
  }

  test.each([
    [200, 'a probe of HTTP/1.0, without a host', ['GET /healthz HTTP/1.0']],
    [200, 'a probe by the address of its pod', ['GET /readyz HTTP/1.1', 'Host: 10.244.0.9:8080', 'Connection: close']],
    [421, 'a page without a host', ['GET /sign-in HTTP/1.0']],
    [421, 'a page of two hosts', ['GET /sign-in HTTP/1.0', 'Host: sparkgate.test', 'Host: evil.test']],
    [421, 'a page of two hosts, the other way round', ['GET /sign-in HTTP/1.0', 'Host: evil.test', 'Host: localhost']],
    [200, 'a page by its whole address', ['GET http://sparkgate.test/sign-in HTTP/1.0', 'Host: sparkgate.test']],
    [421, 'the whole address of another', ['GET http://evil.test/sign-in HTTP/1.0', 'Host: sparkgate.test']],
    [421, 'a whole address, by another host', ['GET http://sparkgate.test/sign-in HTTP/1.0', 'Host: evil.test']],
  ] as const)('%i: %s', async (status, _, lines) => {
    expect(await sent(...lines)).toBe(status);
  });
});

describe('ALLOWED_HOSTS', () => {
  test('takes names and addresses, and none by default', () => {
    expect(readConfig({}).allowedHosts).toEqual([]);
    expect(readConfig({ ALLOWED_HOSTS: '' }).allowedHosts).toEqual([]);
    expect(readConfig(SETTINGS).allowedHosts).toEqual(['console.internal', '10.0.0.7', '[2001:db8::7]']);
    expect(readConfig({ ALLOWED_HOSTS: 'bücher.example.' }).allowedHosts).toEqual(['xn--bcher-kva.example']);
  });

  test.each([
    'a.test,',
    ',',
    ' ',
    'https://a.test',
    'a.test:80',
    'a.test/x',
    '*.a.test',
    'a b.test',
    'u@a.test',
    '2001:db8::7',
  ])('%j stops the start', (value) => {
    expect(() => readConfig({ ALLOWED_HOSTS: value })).toThrow(ConfigError);
    expect(() => readConfig({ ALLOWED_HOSTS: value })).toThrow(
      /^ALLOWED_HOSTS is not valid: takes names of hosts or their addresses, separated by commas and without ports/,
    );
  });
});
