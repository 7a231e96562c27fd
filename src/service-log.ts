import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';
import { LogStream } from './platform/log-stream.ts';

/** What a process of the service says on standard error. */
export interface ServiceLog {
  /** Structured; silent until the settings are known. */
  log: Logger;
  /** Says something that no log says. */
  say: (text: string) => void;
  /** How many lines were dropped, since nothing took them. */
  dropped: () => number;
  /** Takes the settings into account. */
  open: (config: Pick<Config, 'logLevel'>) => Logger;
}

/** Structured logs without secrets: no header, address or body is ever logged, and known names are masked besides. */
export function serviceLog(): ServiceLog {
  const errors = new LogStream(2, (lost) => made.log.warn({ lost }, 'log lines dropped'));
  const made: ServiceLog = {
    log: pino({ level: 'silent' }, errors.stream),
    say: (text) => void errors.stream.write(text),
    dropped: () => errors.dropped,
    open: ({ logLevel }) => {
      const redact = ['*.authorization', '*.token', '*.secret', '*.password', '*.connectionString'];
      const log = pino({ level: logLevel, redact }, errors.stream);
      made.log = log;
      // Node would write its warnings itself, and wait until they are written.
      process.removeAllListeners('warning').on('warning', (warning) => log.warn({ err: warning }, 'warning of Node'));
      return log;
    },
  };
  return made;
}

/**
 * Resolves with what says stop: a signal, or the end of the npm that started us. A shell between npm and us may end
 * without handing the signal on. Further signals change nothing: the drain goes on.
 */
export async function untilStop(startedByNpm: boolean): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
    if (!startedByNpm) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve('npm is gone'), 500).unref();
  });
}
