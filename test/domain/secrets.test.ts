import { expect, test } from 'vitest';
import { consentToken, matchingCode, tokenHash } from '../../src/domain/access-requests/consent-token.ts';
import { grant, requestToken } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { world } from '../support/world.ts';

const KEY = 'k'.repeat(32);

test('a consent token is 256 bits that follow from the secret key and the request alone', () => {
  const token = consentToken(KEY, 'request-1');
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(consentToken(KEY, 'request-1')).toBe(token);
  expect(consentToken(KEY, 'request-2')).not.toBe(token);
  expect(consentToken(`${KEY}x`, 'request-1')).not.toBe(token);
  expect(tokenHash(token)).toHaveLength(32);
});

test('matching codes hold no letters that are mistaken for others, and rarely repeat', () => {
  const codes = Array.from({ length: 1000 }, () => matchingCode());
  expect(codes.filter((code) => !/^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$/.test(code))).toEqual([]);
  expect(new Set(codes).size).toBeGreaterThan(990);
});

test('no table holds a consent token or the secret of a key', async () => {
  const app = await world();
  const token = await requestToken(app, ['POST']);
  await grant(app, ['LIVE']);
  const { key } = await newKey(app, ['check']);
  const tables = await sql<{ name: string }>(
    app,
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const rows = tables.map(({ name }) => `select to_jsonb(t)::text as text from "${name}" t`).join(' union all ');
  const stored = (await sql<{ text: string }>(app, rows)).map(({ text }) => text).join('\n');
  expect(stored).toContain(tokenHash(token).toString('hex'));
  for (const secret of [token, key.split('_').slice(2).join('_')]) {
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  }
});

test('under another secret key the link still works, but its picture cannot be drawn again', async () => {
  const app = await world({}, { SECRET_KEY: KEY });
  const requests = '/v1/business-centers/bc1/access-requests';
  const { body } = await app.call('POST', requests, { actor: 'user:adm', body: { scopes: ['POST'] } });
  const foreign = consentToken(`${KEY}x`, body.id);
  await sql(app, 'update access_request set token_hash = $1 where id = $2', [tokenHash(foreign), body.id]);
  const actor = 'tiktok_account:brand';
  expect(inWords(await app.call('GET', `${requests}/${body.id}/qr.svg`, { actor: 'user:adm' }))).toBe('409 conflict');
  expect(inWords(await app.call('POST', `/v1/consents/${foreign}/approve`, { actor }))).toBe('200');
});
