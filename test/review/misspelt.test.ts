import { expect, test } from 'vitest';
import { join } from 'node:path';
import { readInvariants, type Invariant } from '@sparkgate/policy-workbench/verify/invariants';
import { refuseMisspelt } from '@sparkgate/policy-workbench/verify/misspelt';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { readKindTexts } from '@sparkgate/cerbos-policies/kind-text';
import { openSpace } from '@sparkgate/policy-workbench/verify/verify-kind';
import { folderOf } from '../../packages/policy-workbench/test/support.ts';
import { CONTRACT } from '../../src/review/contract.ts';

const POLICIES = join(import.meta.dirname, '../../policies');
const accounts = readPolicies(POLICIES).then(async (files) => {
  const text = readKindTexts(files).get('tiktok_account');
  if (!text) throw new Error('there is no policy of tiktok_account');
  return openSpace(POLICIES, CONTRACT, text);
});

const invariant = (more: Partial<Invariant>): Invariant => ({
  id: 'one',
  kind: 'tiktok_account',
  place: 'invariants.yaml:7',
  rules: ['R1'],
  says: 'So it is.',
  actions: '*',
  except: [],
  ...more,
});

const CHANGES: [change: NonNullable<Invariant['change']>, complaint: string][] = [
  [{ at: 'advertizer_role' }, 'has no field advertizer_role to change; it has role, paths, advertiser_role, '],
  [{ at: 'paths[].grantd', add: 'any' }, 'in paths there are via, user_role, grant, granted, assigned'],
  [{ at: 'post[].visibility' }, 'post is no list of records'],
  [
    { at: 'advertiser_role', from: 'NONE', to: 'OPERATER' },
    'OPERATER is no value of advertiser_role, which is ADMIN, ',
  ],
  [
    { at: 'paths[].user_role', from: 'STANDART' },
    'STANDART is no value of paths[].user_role, which is ADMIN, STANDARD',
  ],
  [
    { at: 'account_ad_authorization', to: 'true' },
    'true is no value of account_ad_authorization, which is true, false',
  ],
  [{ at: 'role', from: 'usr' }, 'usr is no value of role, which is user, '],
  [{ at: 'live', from: true, to: true }, 'from true to true is no change'],
  [{ at: 'live', add: 'any' }, 'live is no list'],
  [{ at: 'scopes', add: 'any', to: null }, 'not both'],
  [{ at: 'paths', from: null }, 'paths is a list of records: its change is `add: any`'],
];

test.each(CHANGES)('a change is refused: %j', async (change, complaint) => {
  const space = await accounts;
  const refused = (): void => refuseMisspelt(invariant({ change, never: 'losing' }), space);
  expect(refused).toThrow('invariants.yaml:7: one: ');
  expect(refused).toThrow(complaint);
});

test.each([
  ['role == "user" || R.attr.advertizer_role == "ADMIN"', 'R.attr has no advertizer_role; it has paths, '],
  ['R.attr["post"].visiblity == "PUBLIC"', 'has no visiblity'],
  ['R.attr.paths.exists(p, p.via == "OWNER" && p.grantd == "ACTIVE")', 'p has no grantd; it has via, '],
  ['R.attr.paths.filter(p, p.via == "OWNR").all(p, true)', '"OWNR" is no value of p.via, which is BUSINESS_CENTER, '],
  ['R.attr.paths.exists(p, "PSOT" in intersect(p.granted, p.assigned))', '"PSOT" is no value of intersect('],
  ['hasIntersection(["PSOT"], R.attr.scopes)', '"PSOT" is no value of R.attr.scopes, which is LIVE, POST'],
  ['["PSOT"] == R.attr.scopes', '"PSOT" is no value of R.attr.scopes'],
  ['R.attr.scopes != "POST"', '"POST" is no value of R.attr.scopes, which is null'],
  ['R.attr.advertiser_role in ["ADMIN", "OPERATER"]', '"OPERATER" is no value of R.attr.advertiser_role'],
  ['"OPERATER" != R.attr.advertiser_role', '"OPERATER" is no value of'],
  ['role != "usr"', '"usr" is no value of role, which is user, '],
  ['P.attr.superuser', 'P has no attr; it has roles'],
  ['V.nothing', 'there is no variable V.nothing'],
  ['reosurce == 1', 'reosurce stands for nothing here'],
  ['role == "user" || allowed.view', 'only `holds` may ask for allowed.<action>'],
])('an expression is refused: %s', async (text, complaint) => {
  const space = await accounts;
  expect(() => refuseMisspelt(invariant({ allowed_only_if: text }), space)).toThrow(complaint);
});

test('what asks for no decision at all holds of nothing', async () => {
  const space = await accounts;
  expect(() => refuseMisspelt(invariant({ holds: 'R.attr.live' }), space)).toThrow('it asks for no decision');
});

test.each([
  'allowed["view"] || has(R.attr.post) && R.attr.post.visibility in ["PUBLIC", "OTHER"] || allowed.view',
  'allowed.view && "user" in P.roles && cel.bind(x, R.attr.paths[0], x.via == "OWNER")',
  'allowed.view && type(R.attr.live) == bool && R.attr.paths.map(p, p.via).exists(v, v == "anything")',
])('an expression of known words is taken: %s', async (text) => {
  const space = await accounts;
  expect(() => refuseMisspelt(invariant({ holds: text }), space)).not.toThrow();
});

test('file and line of what cannot be read are told', async () => {
  const read = async (text: string): Promise<unknown> => {
    const folder = await folderOf({ 'invariants.yaml': text });
    return readInvariants(join(folder, 'invariants.yaml'));
  };
  const head = 'kinds:\n  door:\n    sentences:\n';
  const one = '      - { id: one, rules: [D1], says: So it is., holds: allowed.open }\n';
  await expect(read(`${head}${one}      - id: two\n        ruels: [D1]\n`)).rejects.toThrow(
    'invariants.yaml:5: kinds.door',
  );
  await expect(read(`${head}${one}${one}`)).rejects.toThrow('invariants.yaml:5: two sentences are called one');
  await expect(read(`${head}${one.replace('allowed.open', 'allowed.open &&')}`)).rejects.toThrow(
    'invariants.yaml:4: one: ',
  );
  await expect(read(`${head}      - [`)).rejects.toThrow(/invariants\.yaml:[45]: /);
});
