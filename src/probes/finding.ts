import { PlatformError } from '../platform/platform-error.ts';

/** What a probe found. A `problem` keeps the service from starting; a `warning` is said, and it starts. */
export interface Finding {
  level: 'well' | 'warning' | 'problem';
  /** One sentence: what is so, and what to do about it unless all is well. It holds no secret. */
  says: string;
}

/** Lets a start go on, and hands its warnings on. @throws PlatformError with the first problem */
export function requireWell(findings: readonly Finding[], warn: (says: string) => void): void {
  const problem = findings.find(({ level }) => level === 'problem');
  if (problem) throw new PlatformError(problem.says);
  for (const { level, says } of findings) if (level === 'warning') warn(says);
}

/** The message at the bottom of an error, which is that of whatever was called. */
export function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  return inner instanceof Error ? inner.message : String(inner);
}
