import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { ConfigError, wantsStacks } from './config.ts';
import { SparkgateError } from './domain/errors.ts';
import { PlatformError } from './platform/platform-error.ts';
import { innermost } from './probes/finding.ts';

/**
 * Says on standard error why a start or a command failed, in one sentence, and sets exit code 1. What nobody thought of
 * is a fault of ours: LOG_LEVEL=debug says where.
 */
export function reportFailure(
  error: unknown,
  say: (text: string) => unknown = (text) => process.stderr.write(text),
): void {
  const isKnown =
    error instanceof ConfigError ||
    error instanceof PlatformError ||
    error instanceof PolicyError ||
    error instanceof SparkgateError;
  const sentence = isKnown ? error.message : `${innermost(error)} (LOG_LEVEL=debug shows where)`;
  say(`sparkgate: ${sentence}\n`);
  if (!isKnown && wantsStacks() && error instanceof Error) say(`${error.stack}\n`);
  process.exitCode = 1;
}
