import { expect, test } from 'vitest';
import { clientNetwork } from '../../src/http/middleware/client-address.ts';
import { serveApp } from '../support/served.ts';

const PROXY = '10.0.0.1';

/** Whom a request from our proxy is counted for, by what the proxy says. */
function countedFor(forwarded: string | undefined, proxies = 1, direct = PROXY): string {
  const incoming = { socket: { remoteAddress: direct } };
  return clientNetwork({ env: { incoming }, req: { header: () => forwarded } } as never, proxies);
}

test.each([
  ['203.0.113.7', '203.0.113.7'],
  [' 203.0.113.7 ', '203.0.113.7'],
  ['203.0.113.7:51234', '203.0.113.7'],
  ['"203.0.113.7:51234"', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff::2', '2001:db8:0:0::/64'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['[2001:db8::1]:443', '2001:db8:0:0::/64'],
  ['"[2001:db8::1]:4711"', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['[fe80::1%eth0]:80', 'fe80:0:0:0::/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['[::ffff:203.0.113.7]:51234', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['203.0.113.7:_port', '203.0.113.7'],
  // A name that the proxy gives: it tells people apart as well as an address does.
  ['_Gazonk', '_gazonk'],
  ['"_SEVKISEK:51234"', '_sevkisek'],
  // What stands further left anybody can write.
  ['198.51.100.9, 203.0.113.7:51234', '203.0.113.7'],
  ['203.0.113.7, unknown', PROXY],
  ['203.0.113.7,', PROXY],
  // What names nobody is counted for the proxy that said so.
  ['unknown', PROXY],
  ['', PROXY],
  [undefined, PROXY],
  ['for=203.0.113.7', PROXY],
  ['203.0.113.777', PROXY],
  ['203.0.113', PROXY],
  ['evil.test:80', PROXY],
  ['[nonsense]:443', PROXY],
  [`_${'x'.repeat(100)}`, PROXY],
])('%j is counted for %s', (forwarded, network) => {
  expect(countedFor(forwarded)).toBe(network);
});

test('nobody is believed where no proxy is trusted, and the second entry from the end where two are', () => {
  expect(countedFor('203.0.113.7', 0)).toBe(PROXY);
  expect(countedFor('198.51.100.9, 203.0.113.7:1, 10.0.0.2', 2)).toBe('203.0.113.7');
  expect(countedFor('203.0.113.7', 2)).toBe(PROXY);
  expect(countedFor(undefined, 1, '::ffff:198.51.100.1')).toBe('198.51.100.1');
});

test('one who is over the limit does not use up the turns of another behind the same proxy, whatever their ports', async () => {
  const { url, close } = await serveApp({ CONSENT_RATE_PER_ADDRESS: '3', TRUSTED_PROXIES: '1' });
  const look = async (address: string): Promise<number> =>
    (await fetch(`${url}/consent/x`, { headers: { 'X-Forwarded-For': address }, redirect: 'manual' })).status;
  const seen = [];
  for (const port of [1, 2, 3, 4]) seen.push(await look(`203.0.113.7:${port}`));
  seen.push(await look('203.0.113.8:1'), await look('[2001:db8::1]:1'));
  await close();
  expect(seen).toEqual([302, 302, 302, 429, 302, 302]);
});
