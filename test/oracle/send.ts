import type { Client } from 'pg';
import type { Answer, TestApp } from '../support/app.ts';
import type { World } from './world.ts';
import { requestAt, type Write } from './writes.ts';
import type { Line } from './written-facts.ts';

/** The service, and how people sign in to it: a JWT of the right issuer. */
export interface Service {
  app: TestApp;
  /** Beside the service, on its database. */
  database: Client;
  tokenFor: (person: { type: string; id: string }) => Promise<string>;
}

const path = (...segments: string[]): string => `/v1/${segments.map(encodeURIComponent).join('/')}`;

/** Does what is wanted over the API, as the key on somebody's behalf or as the person themself. */
export async function send(
  { app, database, tokenFor }: Service,
  world: World,
  wanted: Write,
  by: 'key' | 'person',
): Promise<Answer> {
  const as = async (type: string, id: string): Promise<{ key: string } | { actor: string }> =>
    by === 'person' ? { key: await tokenFor({ type, id }) } : { actor: `${type}:${encodeURIComponent(id)}` };
  const asUser = async (id: string) => as('user', id);
  switch (wanted.do) {
    case 'import': {
      const body = wanted.lines.map((line) => JSON.stringify(line)).join('\n');
      const headers = { 'Content-Type': 'application/x-ndjson' };
      return app.call('POST', '/v1/relationships/import', { body, headers });
    }
    case 'put':
      return putLine(app, wanted.line);
    case 'remove member':
      return app.call('DELETE', path('business-centers', wanted.bcId, 'members', wanted.user));
    case 'remove advertiser role':
      return app.call('DELETE', path('ad-accounts', wanted.advertiserId, 'members', wanted.user));
    case 'remove link':
      return app.call('DELETE', path('tiktok-accounts', wanted.account, 'links', wanted.user));
    case 'request': {
      const body = { scopes: wanted.scopes, ...(wanted.account !== null && { tiktok_account_id: wanted.account }) };
      const to = path('business-centers', wanted.bcId, 'access-requests');
      return app.call('POST', to, { body, ...(await asUser(wanted.by)) });
    }
    case 'cancel': {
      const request = requestAt(world, wanted.request);
      const to = path('business-centers', request?.bcId ?? '', 'access-requests', request?.id ?? '', 'cancel');
      return app.call('POST', to, await asUser(wanted.by));
    }
    case 'approve':
    case 'decline': {
      const to = path('consents', requestAt(world, wanted.request)?.token ?? '', wanted.do);
      return app.call('POST', to, await as('tiktok_account', wanted.account));
    }
    case 'expire': {
      const id = requestAt(world, wanted.request)?.id;
      await database.query(`update access_request set expires_at = now() - interval '1 second' where id = $1`, [id]);
      return { status: 200, headers: new Headers(), body: {} };
    }
    case 'assign':
    case 'unassign': {
      const to = path('business-centers', wanted.bcId, 'tiktok-accounts', wanted.account, 'members', wanted.user);
      const caller = await asUser(wanted.by);
      if (wanted.do === 'unassign') return app.call('DELETE', to, caller);
      return app.call('PUT', to, { body: { scopes: wanted.scopes }, ...caller });
    }
    case 'revoke': {
      const to = path('business-centers', wanted.bcId, 'tiktok-accounts', wanted.account);
      return app.call('DELETE', to, await asUser(wanted.by));
    }
    case 'revoke as owner': {
      const to = path('tiktok-accounts', wanted.account, 'grants', wanted.bcId);
      return app.call('DELETE', to, await as('tiktok_account', wanted.by));
    }
  }
}

async function putLine(app: TestApp, line: Line): Promise<Answer> {
  switch (line.type) {
    case 'business_center': {
      const { type: _, bc_id, ...body } = line;
      return app.call('PUT', path('business-centers', bc_id), { body });
    }
    case 'member': {
      const { type: _, bc_id, user_id, ...body } = line;
      return app.call('PUT', path('business-centers', bc_id, 'members', user_id), { body });
    }
    case 'ad_account': {
      const { type: _, advertiser_id, ...body } = line;
      return app.call('PUT', path('ad-accounts', advertiser_id), { body });
    }
    case 'ad_account_member': {
      const { type: _, advertiser_id, user_id, ...body } = line;
      return app.call('PUT', path('ad-accounts', advertiser_id, 'members', user_id), { body });
    }
    case 'tiktok_account': {
      const { type: _, id, ...body } = line;
      return app.call('PUT', path('tiktok-accounts', id), { body });
    }
    case 'account_link': {
      const { type: _, tiktok_account_id, user_id, ...body } = line;
      return app.call('PUT', path('tiktok-accounts', tiktok_account_id, 'links', user_id), { body });
    }
    default:
      throw new Error(`There is no PUT of ${line.type}.`);
  }
}
