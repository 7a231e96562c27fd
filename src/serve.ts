import type { Server } from 'node:http';
import { pino, type Logger } from 'pino';
import { listeningAddress, requireReachable, type Config } from './config.ts';
import { reportFailure } from './failure.ts';
import { bootstrap } from './runtime/bootstrap.ts';
import { createApp } from './http/app.ts';
import { httpServer } from './http/server.ts';
import { listenAt } from './platform/listening.ts';
import { LogStream } from './platform/log-stream.ts';
import { startRuntime, type Runtime } from './runtime/runtime.ts';
import { welcome } from './welcome.ts';

/** The longest import, in milliseconds. */
const LONGEST_REQUEST_MS = 3_600_000;

/** Serves until a signal says stop. What hinders the start is said in one sentence, with exit code 1. */
export async function serve(readConfig: () => Config): Promise<void> {
  const errors = new LogStream(2, (lost) => log?.warn({ lost }, 'log lines dropped'));
  let log: Logger | null = null;
  try {
    const config = readConfig();
    requireReachable(config);
    log = logger(config, errors);
    const runtime = await startRuntime(config, log, { droppedLogLines: () => errors.dropped });
    try {
      await run(runtime, config, log);
    } finally {
      await runtime.close();
    }
    log.info('stopped');
  } catch (error) {
    reportFailure(error, (text) => errors.stream.write(text));
  }
  // A connection to a database that has gone silent would keep the process for long.
  setTimeout(() => process.exit(), 1000).unref();
}

/** Structured logs without secrets: no header, address or body is ever logged, and known names are masked besides. */
function logger(config: Pick<Config, 'logLevel'>, { stream }: LogStream): Logger {
  const redact = ['*.authorization', '*.token', '*.secret', '*.password', '*.connectionString'];
  const log = pino({ level: config.logLevel, redact }, stream);
  // Node would write its warnings itself, and wait until they are written.
  process.removeAllListeners('warning').on('warning', (warning) => log.warn({ err: warning }, 'warning of Node'));
  return log;
}

async function run(runtime: Runtime, config: Config, log: Logger): Promise<void> {
  const stopped = untilStop(config.startedByNpm);
  const { server, port } = await listen(runtime, config);
  try {
    await begin(runtime, config, log, port);
    log.info({ because: await stopped }, 'draining');
  } finally {
    runtime.drain();
    await drain(server, config.drainTimeout);
  }
}

/** Brings the first data in, and says that and where the service serves. */
async function begin(runtime: Runtime, config: Config, log: Logger, port: number): Promise<void> {
  const url = listeningAddress({ host: config.host, port });
  runtime.reachedAt(url);
  const first = await bootstrap(runtime, config);
  runtime.prepared(first);
  new LogStream(1, () => undefined).stream.write(
    welcome({
      url,
      publicUrl: runtime.services.publicUrl(),
      dataDir: config.dataDir,
      bootstrap: config.bootstrapApiKey !== null,
      ...first,
    }),
  );
  log.info({ url, policy: runtime.services.decider.policy }, 'serving');
  for (const says of runtime.advice) log.warn(says);
  process.on('SIGHUP', () => {
    void runtime.reloadPolicies().then(
      ({ outcome }) => log.info({ outcome }, 'policies reloaded on SIGHUP'),
      (error: unknown) => log.error({ err: error }, 'policies not reloaded on SIGHUP'),
    );
  });
}

async function listen(runtime: Runtime, config: Config): Promise<{ server: Server; port: number }> {
  const server = httpServer(createApp(runtime.services), config.keepAliveTimeout);
  // Node's own bound on the time of a whole request; ordinary requests have a shorter one, and imports may take long.
  server.requestTimeout = LONGEST_REQUEST_MS;
  return { server, port: await listenAt(server, config) };
}

/**
 * Resolves with what says stop: a signal, or the end of the npm that started us. A shell between npm and us may end
 * without handing the signal on. Further signals change nothing: the drain goes on.
 */
async function untilStop(startedByNpm: boolean): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
    if (!startedByNpm) return;
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve('npm is gone'), 500).unref();
  });
}

/** Lets requests under way finish; what takes longer than the timeout is cut off. */
async function drain(server: Server, seconds: number): Promise<void> {
  // Whoever keeps a connection would keep the process: the next answer on it is the last.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const cut = setTimeout(() => server.closeAllConnections(), seconds * 1000);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(cut);
}
