import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPolicies } from '../src/read-policies.ts';
import { refuseMixedScopePermissions } from '../src/scope-permissions.ts';

const CONSENT = 'scopePermissions: SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS';
const OVERRIDE = 'scopePermissions: SCOPE_PERMISSIONS_OVERRIDE_PARENT';

const resource = (kind: string, more: string): string => `apiVersion: api.cerbos.dev/v1
resourcePolicy: { resource: ${kind}, version: default, ${more} rules: [] }
`;
const principal = (more: string): string => `apiVersion: api.cerbos.dev/v1
principalPolicy: { principal: eve, version: default, ${more} rules: [] }
`;

test.each([
  ['one scope, one of two says it', resource('a', `scope: acme, ${CONSENT},`), resource('b', 'scope: acme,'), true],
  ['no scope', resource('a', `${CONSENT},`), resource('b', ''), true],
  ['a principal policy', resource('a', `scope: acme, ${CONSENT},`), principal('scope: acme,'), true],
  ['another version', resource('a', `${CONSENT},`), resource('a', '').replace('default', 'next'), true],
  ['both say it', resource('a', `${CONSENT},`), resource('b', `${CONSENT},`), false],
  ['another scope', resource('a', `scope: acme, ${CONSENT},`), resource('b', 'scope: hr,'), false],
  ['what is usual, said by one', resource('a', `${OVERRIDE},`), resource('b', ''), false],
])('%s', async (_what, one, other, isRefused) => {
  const folder = await mkdtemp(join(tmpdir(), 'scope-permissions-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await Promise.all([writeFile(join(folder, 'one.yaml'), one), writeFile(join(folder, 'other.yaml'), other)]);
  const policies = await readPolicies(folder);
  const refused = /^one\.yaml:2 and other\.yaml:2: .* Cerbos keeps one setting a scope/;
  if (isRefused) expect(() => refuseMixedScopePermissions(policies)).toThrow(refused);
  else expect(() => refuseMixedScopePermissions(policies)).not.toThrow();
});
