import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordApi, recordDescription } from './api.ts';
import { bearer, Questions, recordChecks, type Callers } from './checks.ts';
import { recordDataCommands, recordPolicyCommands } from './commands.ts';
import { send } from './http.ts';
import { startIssuer, type TestIssuer } from '../support/issuer.ts';
import { recordForms, recordPages } from './pages.ts';
import { Recording } from './recording.ts';
import { Tree, type Service } from './tree.ts';
import { asLines, Dice, facts, WORLD } from './world.ts';

const SEED = 20_261_128;

/** For whom the tokens of people and of owners are made. */
const AUDIENCES = { user: 'sparkgate-people', tiktok_account: 'sparkgate-owners' };

/** A kind that needs no TypeScript, beside the tree's own policies. */
const DOCUMENT = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {any: {of: [{expr: 'has(R.attr.public) && R.attr.public'}, {expr: 'has(P.attr.level) && P.attr.level >= 3'}]}}}
    - actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: 'has(R.attr.action.level) && R.attr.action.level > 2'}}
`;

/** Asks a tree everything, and writes what it answered. */
export async function recordTree(root: string, file: string): Promise<void> {
  const tree = await Tree.at(root);
  const recording = new Recording();
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-net-'));
  recording.places.set(root, 'TREE');
  const began = Date.now();
  try {
    // What needs policies alone goes on beside the services; a recording is sorted when it is written.
    await Promise.all([
      recordPolicyCommands(recording, tree, join(folder, 'edited')),
      recordServices(recording, tree, folder),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  recording.write(file);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${file}: ${recording.size} exchanges with ${root} in ${seconds} s`);
}

async function recordServices(recording: Recording, tree: Tree, folder: string): Promise<void> {
  await withService(recording, tree, { DEMO: 'on' }, async ({ url }) => {
    await recordPages(recording, url, 'demo', 30);
    await recordForms(recording, url);
    await importWorld(url);
    await recordPages(recording, url, 'random', 20);
  });
  const policies = join(folder, 'policies');
  await cp(join(tree.root, 'policies'), policies, { recursive: true });
  await writeFile(join(policies, 'resource_policies/document.yaml'), DOCUMENT);
  const issuer = await startIssuer({ redirectUris: ['http://127.0.0.1/sign-in/user/callback'] });
  recording.places.set(issuer.url, 'ISSUER');
  const log = join(folder, 'decisions.ndjson');
  const settings = {
    DEMO: 'on',
    POLICY_DIR: policies,
    POLICY_TESTS_DIR: join(tree.root, 'policy-tests'),
    DECISION_LOG: log,
    OIDC_ISSUER: issuer.url,
    OIDC_CLIENT_ID: 'people',
    OIDC_AUDIENCE: AUDIENCES.user,
    TIKTOK_OIDC_ISSUER: issuer.url,
    TIKTOK_OIDC_CLIENT_ID: 'owners',
    TIKTOK_OIDC_AUDIENCE: AUDIENCES.tiktok_account,
  };
  try {
    await withService(recording, tree, settings, async ({ url, dataDir }) => {
      await importWorld(url);
      const dice = new Dice(SEED);
      const callers = await makeCallers(url, issuer);
      await recordChecks(recording, url, new Questions(dice, await makeRequests(url)), dice, callers);
      await recordApi(recording, url, callers);
      await recordDescription(recording, url);
      await recordDataCommands(recording, tree, { folder: join(folder, 'beside'), policies, dataDir, log });
    });
  } finally {
    await issuer.close();
  }
}

async function withService(
  recording: Recording,
  tree: Tree,
  settings: Record<string, string>,
  use: (service: Service) => Promise<void>,
): Promise<void> {
  const service = await tree.serve(settings);
  recording.places.set(service.url, 'ORIGIN').set(service.dataDir, 'DATA_DIR');
  try {
    await use(service);
  } finally {
    await service.stop();
  }
}

async function call(url: string, method: string, path: string, body: unknown, actor?: string): Promise<string> {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  const headers = { ...bearer(), 'Content-Type': type, ...(actor !== undefined && { 'X-Actor': actor }) };
  const { status, text } = await send(url, { method, path, headers, body: sent });
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  return text;
}

async function importWorld(url: string): Promise<void> {
  await call(url, 'POST', '/v1/relationships/import', asLines(facts(new Dice(SEED))));
  for (const id of ['d0', 'd1', 'd2']) {
    await call(url, 'PUT', `/v1/entities/document/${id}`, { attributes: { public: id === 'd1' } });
  }
  for (const id of ['u1', 'u2'])
    await call(url, 'PUT', `/v1/entities/user/${id}`, { attributes: { level: 3, reviewer: id === 'u1' } });
}

/** Access requests in every state, of which some are meant for an account. */
async function makeRequests(url: string): Promise<string[]> {
  const requests: string[] = [];
  for (const [n, tiktok_account_id] of WORLD.accounts.entries()) {
    const path = '/v1/business-centers/bc1/access-requests';
    const body = { scopes: n % 2 === 0 ? ['POST'] : ['LIVE', 'POST'], ...(n % 3 > 0 && { tiktok_account_id }) };
    const { id, consent_url } = JSON.parse(await call(url, 'POST', path, body, 'user:adm')) as Record<string, string>;
    const owner = `tiktok_account:${encodeURIComponent(tiktok_account_id)}`;
    const consent = `/v1/consents/${consent_url!.split('/').at(-1)}`;
    requests.push(id!);
    if (n % 4 === 1) await call(url, 'POST', `${consent}/approve`, {}, owner);
    if (n % 4 === 2) await call(url, 'POST', `${consent}/decline`, {}, owner);
    if (n % 8 === 3) await call(url, 'POST', `${path}/${id}/cancel`, {}, 'user:adm');
    if (n % 8 === 5) {
      const grant = `/v1/business-centers/bc1/tiktok-accounts/${encodeURIComponent(tiktok_account_id)}`;
      await call(url, 'DELETE', grant, {}, 'user:adm');
    }
  }
  return requests;
}

/** Keys of each permission, confined and not, and people with tokens of their own. */
async function makeCallers(url: string, issuer: TestIssuer): Promise<Callers> {
  const callers: Record<string, Record<string, string>> = { admin: bearer(), 'a wrong key': bearer('wrong') };
  for (const permission of ['check', 'relationships', 'act-as', 'audit', 'admin']) {
    for (const bc_ids of permission === 'audit' ? [undefined] : [undefined, ['bc1']]) {
      const name = `${permission}${bc_ids ? `@${bc_ids.join('+')}` : ''}`;
      const body = { name, permissions: [permission], ...(bc_ids && { bc_ids }) };
      callers[name] = bearer((JSON.parse(await call(url, 'POST', '/v1/api-keys', body)) as { key: string }).key);
    }
  }
  const token = async (type: keyof typeof AUDIENCES, sub: string, lasts = 3600): Promise<Record<string, string>> => {
    const now = Math.floor(Date.now() / 1000);
    return bearer(await issuer.token({ sub, aud: AUDIENCES[type], client_id: 'net', iat: now, exp: now + lasts }));
  };
  for (const who of ['adm', 'sam', 'ext', 'nobody-knows']) callers[`person ${who}`] = await token('user', who);
  for (const who of ['brand', 'other']) callers[`owner ${who}`] = await token('tiktok_account', who);
  callers['a token of the past'] = await token('user', 'adm', -3600);
  return callers;
}
