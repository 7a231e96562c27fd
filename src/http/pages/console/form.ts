import type { Context as Http } from 'hono';
import { SparkgateError, type ReasonCode } from '../../../domain/errors.ts';
import { Scope, sortedSet } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';

/** A form as it was sent: each field with all its values. */
export interface Sent {
  one: (name: string) => string;
  all: (name: string) => string[];
}

/** The fields of a form. Files count as nothing. */
export async function sentForm(c: Http<PageEnv>): Promise<Sent> {
  const body = await c.req.parseBody({ all: true });
  const all = (name: string): string[] =>
    [body[name] ?? []].flat().filter((value): value is string => typeof value === 'string');
  return { one: (name) => all(name)[0] ?? '', all };
}

/** The fields of a form that was sent by GET. */
export function sentQuery(c: Http<PageEnv>): Sent {
  const all = (name: string): string[] => c.req.queries(name) ?? [];
  return { one: (name) => all(name)[0] ?? '', all };
}

/** The scopes that were ticked; what is none is left out. */
export function tickedScopes(sent: Sent): Scope[] {
  return sortedSet(sent.all('scopes').flatMap((value) => Scope.safeParse(value).data ?? []));
}

/** Conditions that held when the page was shown, and would hold still if nobody had been faster. */
const STALE: ReadonlySet<ReasonCode> = new Set(['REQUEST_NOT_PENDING', 'GRANT_REVOKED', 'NO_GRANT']);

/** Runs a verb that a form asked for. @throws SparkgateError `conflict` where somebody else was faster */
export async function unlessSomebodyWasFaster<Result>(verb: () => Promise<Result>): Promise<Result> {
  try {
    return await verb();
  } catch (error) {
    const stale =
      error instanceof SparkgateError &&
      error.code === 'forbidden' &&
      error.reasons?.some(({ code }) => STALE.has(code));
    if (!stale) throw error;
    throw new SparkgateError('conflict', 'This has changed since the page was shown.', {
      cause: error,
    });
  }
}
