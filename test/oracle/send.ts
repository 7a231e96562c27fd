import type { Client } from 'pg';
import type { TestApp } from '../support/app.ts';
import type { Answer, CallOptions } from '../support/call.ts';
import type { AccessRequest, World } from './world.ts';
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

/** A write as it is sent: where, and on whose behalf. */
export interface Call extends Pick<CallOptions, 'body' | 'headers'> {
  method: string;
  path: string;
  person?: { type: string; id: string };
}

/** Does what is wanted over the API, as the key on somebody's behalf or as the person themself. */
export async function send(
  { app, database, tokenFor }: Service,
  world: World,
  wanted: Write,
  by: 'key' | 'person',
): Promise<Answer> {
  const request = 'request' in wanted ? requestAt(world, wanted.request) : undefined;
  if (wanted.do === 'expire') {
    await database.query(`update access_request set expires_at = now() - interval '1 second' where id = $1`, [
      request?.id,
    ]);
    return { status: 200, headers: new Headers(), body: {} };
  }
  const { method, path: to, person, ...options } = callOf(wanted, request);
  if (!person) return app.call(method, to, options);
  const caller = by === 'person' ? { key: await tokenFor(person) } : { actor: actorOf(person) };
  return app.call(method, to, { ...options, ...caller });
}

/** A person, as `X-Actor` names them. */
export function actorOf({ type, id }: { type: string; id: string }): string {
  return `${type}:${encodeURIComponent(id)}`;
}

/** How a write is sent; `request` is the one that it is about. */
export function callOf(
  wanted: Exclude<Write, { do: 'expire' }>,
  request?: Pick<AccessRequest, 'bcId' | 'id' | 'token'>,
): Call {
  const user = (id: string) => ({ person: { type: 'user', id } });
  const owner = (id: string) => ({ person: { type: 'tiktok_account', id } });
  switch (wanted.do) {
    case 'import': {
      const body = wanted.lines.map((line) => JSON.stringify(line)).join('\n');
      const headers = { 'Content-Type': 'application/x-ndjson' };
      return { method: 'POST', path: '/v1/relationships/import', body, headers };
    }
    case 'put':
      return lineCall(wanted.line);
    case 'remove member':
      return { method: 'DELETE', path: path('business-centers', wanted.bcId, 'members', wanted.user) };
    case 'remove advertiser role':
      return { method: 'DELETE', path: path('ad-accounts', wanted.advertiserId, 'members', wanted.user) };
    case 'remove link':
      return { method: 'DELETE', path: path('tiktok-accounts', wanted.account, 'links', wanted.user) };
    case 'request': {
      const body = { scopes: wanted.scopes, ...(wanted.account !== null && { tiktok_account_id: wanted.account }) };
      const to = path('business-centers', wanted.bcId, 'access-requests');
      return { method: 'POST', path: to, body, ...user(wanted.by) };
    }
    case 'cancel': {
      const to = path('business-centers', request?.bcId ?? '', 'access-requests', request?.id ?? '', 'cancel');
      return { method: 'POST', path: to, ...user(wanted.by) };
    }
    case 'approve':
    case 'decline':
      return { method: 'POST', path: path('consents', request?.token ?? '', wanted.do), ...owner(wanted.account) };
    case 'assign':
    case 'unassign': {
      const to = path('business-centers', wanted.bcId, 'tiktok-accounts', wanted.account, 'members', wanted.user);
      if (wanted.do === 'unassign') return { method: 'DELETE', path: to, ...user(wanted.by) };
      return { method: 'PUT', path: to, body: { scopes: wanted.scopes }, ...user(wanted.by) };
    }
    case 'revoke': {
      const to = path('business-centers', wanted.bcId, 'tiktok-accounts', wanted.account);
      return { method: 'DELETE', path: to, ...user(wanted.by) };
    }
    case 'revoke as owner': {
      const to = path('tiktok-accounts', wanted.account, 'grants', wanted.bcId);
      return { method: 'DELETE', path: to, ...owner(wanted.by) };
    }
    case 'freeze':
    case 'unfreeze': {
      const to = path('freezes', wanted.thing.type, wanted.thing.id);
      const person = wanted.by === null ? {} : { person: wanted.by };
      if (wanted.do === 'unfreeze') return { method: 'DELETE', path: to, ...person };
      return { method: 'PUT', path: to, body: { reason: 'An incident' }, ...person };
    }
  }
}

function lineCall(line: Line): Call {
  const put = (body: object, ...segments: string[]): Call => ({ method: 'PUT', path: path(...segments), body });
  switch (line.type) {
    case 'business_center': {
      const { type: _, bc_id, ...body } = line;
      return put(body, 'business-centers', bc_id);
    }
    case 'member': {
      const { type: _, bc_id, user_id, ...body } = line;
      return put(body, 'business-centers', bc_id, 'members', user_id);
    }
    case 'ad_account': {
      const { type: _, advertiser_id, ...body } = line;
      return put(body, 'ad-accounts', advertiser_id);
    }
    case 'ad_account_member': {
      const { type: _, advertiser_id, user_id, ...body } = line;
      return put(body, 'ad-accounts', advertiser_id, 'members', user_id);
    }
    case 'tiktok_account': {
      const { type: _, id, ...body } = line;
      return put(body, 'tiktok-accounts', id);
    }
    case 'account_link': {
      const { type: _, tiktok_account_id, user_id, ...body } = line;
      return put(body, 'tiktok-accounts', tiktok_account_id, 'links', user_id);
    }
    default:
      throw new Error(`There is no PUT of ${line.type}.`);
  }
}
