import type { Logger } from 'pino';
import { listeningAddress, requireReachable, type Config } from './config.ts';
import { reportFailure } from './failure.ts';
import { openFront } from './front.ts';
import { LogStream } from './platform/log-stream.ts';
import { bootstrap } from './runtime/bootstrap.ts';
import type { Front } from './runtime/front.ts';
import { startRuntime, type Runtime } from './runtime/runtime.ts';
import { Workers } from './runtime/workers.ts';
import { serviceLog, untilStop } from './service-log.ts';
import { welcome } from './welcome.ts';

/** Serves until a signal says stop. What hinders the start is said in one sentence, with exit code 1. */
export async function serve(readConfig: () => Config): Promise<void> {
  const { open, say, dropped: droppedLogLines } = serviceLog();
  try {
    const config = readConfig();
    requireReachable(config);
    const log = open(config);
    const workers = config.workers === 1 ? null : new Workers(config, log);
    const runtime = await startRuntime(config, log, { droppedLogLines, ...(workers && { followers: workers }) });
    try {
      await run(runtime, { config, log, workers });
    } finally {
      await runtime.close();
    }
    log.info('stopped');
  } catch (error) {
    reportFailure(error, say);
  }
  // A connection to a database that has gone silent would keep the process for long.
  setTimeout(() => process.exit(), 1000).unref();
}

interface Parts {
  config: Config;
  log: Logger;
  workers: Workers | null;
}

async function run(runtime: Runtime, parts: Parts): Promise<void> {
  const { config, log, workers } = parts;
  const stopped = untilStop(config.startedByNpm);
  const front = workers ? await workers.open(runtime) : await openFront(runtime.services, config);
  try {
    await begin(runtime, parts, front);
    log.info({ because: await stopped }, 'draining');
  } finally {
    runtime.drain();
    await front.drain();
  }
}

/** Brings the first data in, and says that and where the service serves. */
async function begin(runtime: Runtime, { config, log }: Parts, front: Front): Promise<void> {
  const url = listeningAddress({ host: config.host, port: front.port });
  runtime.reachedAt(url);
  const first = await bootstrap(runtime, config);
  runtime.prepared(first);
  await front.tell(runtime.handover.life);
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
