import { z } from 'zod';

/**
 * What an import does about what an owner or an administrator ended. `merge` leaves it ended and tells which lines it
 * skipped; `reopen` opens it again, and the trail says so.
 */
export const ImportMode = z.enum(['merge', 'reopen']);
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
