import { isLoopback } from '../platform/loopback.ts';
import { DEMO_REVIEWER } from './world.ts';

/** Whom the demo's sign-in lets in without proof. */
export const DEMO_PEOPLE = [
  { actor: { type: 'user', id: 'adm' }, displayName: 'Adm' },
  { actor: { type: 'user', id: 'sam' }, displayName: 'Sam' },
  { actor: { type: 'user', id: 'lee' }, displayName: 'Lee' },
  { actor: { type: 'user', id: 'ext' }, displayName: 'Ext' },
  { actor: { type: 'user', id: DEMO_REVIEWER.id }, displayName: 'Rita' },
  { actor: { type: 'tiktok_account', id: 'brand' }, displayName: 'The Brand' },
  { actor: { type: 'tiktok_account', id: 'other' }, displayName: 'Another Account' },
] as const;

/** What of the configuration bears on the demo's sign-in. */
interface Surroundings {
  demo: 'on' | 'off' | null;
  databaseUrl: string | null;
  issuers: Readonly<Record<'user' | 'tiktok_account', object | null>>;
  host: string;
  publicUrl: string | null;
}

/**
 * Whether anybody may sign in as one of the demo's people. Never beside a database or an issuer of somebody's own,
 * whatever `DEMO` says; and where others can reach this machine, only if `DEMO=on` asks for it.
 */
export function mayOfferDemoSignIn({ demo, databaseUrl, issuers, host, publicUrl }: Surroundings): boolean {
  if (demo === 'off' || databaseUrl !== null || issuers.user !== null || issuers.tiktok_account !== null) return false;
  return demo === 'on' || (isLoopback(host) && (publicUrl === null || isLoopback(new URL(publicUrl).hostname)));
}
