import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importCommand } from '../../src/cli/import.ts';
import type { FactLine } from '../../src/domain/import/fact-line.ts';
import { reportFailure } from '../../src/failure.ts';
import { inProcess } from '../../packages/policy-workbench/test/in-process.ts';
import { testDatabase } from '../support/database.ts';

/** A database with some facts in it. */
export interface LiveWorld {
  url: string;
  /** For commands that look at it. */
  environment: NodeJS.ProcessEnv;
  drop: () => Promise<void>;
}

export async function liveWorld(facts: Iterable<FactLine>): Promise<LiveWorld> {
  const database = await testDatabase();
  const environment = { DATABASE_URL: database.url };
  const folder = await mkdtemp(join(tmpdir(), 'sg-facts-'));
  const file = join(folder, 'facts.ndjson');
  await writeFile(file, [...facts].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { code, stderr } = await inProcess({ command: importCommand(), reportFailure }, [file], environment);
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(stderr);
  return { url: database.url, environment, drop: database.drop };
}

/** bc1 with adm and sam, ext of bc2, Lee with a link; @brand granted to bc1 with both scopes, assigned to sam. */
export const CAST: readonly FactLine[] = [
  { type: 'business_center', bc_id: 'bc1', name: 'Bright Agency' },
  { type: 'business_center', bc_id: 'bc2', name: 'Other Agency' },
  { type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'ADMIN' },
  { type: 'member', bc_id: 'bc1', user_id: 'sam', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc1', user_id: 'ann', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc2', user_id: 'ext', user_role: 'ADMIN' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring campaign', bc_id: 'bc1' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'sam', advertiser_role: 'OPERATOR' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'ann', advertiser_role: 'ANALYST' },
  { type: 'tiktok_account', id: 'brand', handle: '@brand', ad_authorization: true },
  { type: 'tiktok_account', id: 'other', handle: '@other' },
  { type: 'account_link', tiktok_account_id: 'brand', user_id: 'lee', scopes: ['POST'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['LIVE', 'POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'ann', scopes: ['POST'] },
];
