import { z } from 'zod';
import type { FactType } from './fact-line.ts';

/**
 * What an import does about what an owner or an administrator ended: `merge` leaves it ended and tells which lines it
 * skipped; `reopen` opens it again, and the trail says so. `replace` merges, and ends what the file lacks of a scope.
 */
export const ImportMode = z.enum(['merge', 'reopen', 'replace']);
export type ImportMode = z.infer<typeof ImportMode>;

/**
 * Why a line was skipped: what it names was ended, or lowered, by a person; or the account grant, or the membership,
 * that it needs was.
 */
export const SkipReason = z.enum([
  'ENDED_BY_PERSON',
  'LOWERED_BY_PERSON',
  'GRANT_ENDED_BY_PERSON',
  'MEMBER_ENDED_BY_PERSON',
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** A line that was skipped. Of several lines about one thing it is the last. */
export interface SkippedLine {
  line: number;
  reason: SkipReason;
}

/** Lines that are named one by one in an answer; all are counted. */
export const MOST_SKIPPED = 1000;

/** Flags of audit entries: the change came by an import; it opened again what a person had ended. */
export const IMPORTED = 'IMPORTED';
export const REOPENED = 'REOPENED';

/** What a replacement may end in its Business Centers. */
export const ReplaceScope = z.enum(['ad_accounts', 'members', 'ad_account_members', 'account_grants', 'assignments']);
export type ReplaceScope = z.infer<typeof ReplaceScope>;

/** What the file lacks of this is ended. */
export interface Replacement {
  scopes: readonly ReplaceScope[];
  bcIds: readonly string[];
  /** The most of each scope that may end, in per cent of what there is. */
  maxEnded: number;
  dryRun: boolean;
}

/** A fact that a replacement ends: its type and its key. */
export type EndingFact = { type: FactType } & Partial<
  Record<'bc_id' | 'user_id' | 'tiktok_account_id' | 'advertiser_id', string>
>;

/** Facts of one type that end which are named one by one; all are counted. */
export const MOST_ENDING = 1000;

/**
 * When lines are brought in: for the first time; again, beside other writes; or behind the gate, where nobody comes between
 * what is looked at, so that what is refused there is refused for good.
 */
export type Pass = 'first' | 'beside' | 'behind';
