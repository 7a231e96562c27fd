import { ConfigError, readConfig, type Config } from './config.ts';
import { SparkgateError } from './domain/errors.ts';
import type { Counters } from './http/env.ts';
import { openFront } from './front.ts';
import { Calls } from './platform/calls.ts';
import { PlatformError } from './platform/platform-error.ts';
import { innermost } from './probes/finding.ts';
import type { FollowedBundle } from './rollout/followers.ts';
import type { PolicyStatus } from './rollout/journal.ts';
import type { WorkerHandover } from './runtime/workers.ts';
import type { Together } from './runtime/together.ts';
import { startWorkerRuntime, type WorkerRuntime } from './runtime/worker-runtime.ts';
import { serviceLog, untilStop, type ServiceLog } from './service-log.ts';

// One of several processes that answer (WORKERS), started by the one that has the rest, and gone when that has.
process.once('disconnect', () => process.exit());
// A terminal that closes is no reason to end: the one that started this takes it for a change of policies.
process.on('SIGHUP', () => undefined);

const running = Promise.withResolvers<WorkerRuntime>();
const told = Promise.withResolvers<string>();
const own = { counters: (): Counters | null => null, metrics: async (): Promise<unknown> => [] };

const calls = new Calls(process, {
  prepare: async (bundle) => (await running.promise).followed?.prepare(bundle as FollowedBundle),
  decide: async (change) => {
    const { bundle, status } = change as { bundle: FollowedBundle; status: PolicyStatus };
    await (await running.promise).followed?.decide(bundle, status);
  },
  left: async (target) => (await running.promise).followed?.left(String(target)),
  tell: async (status) => (await running.promise).followed?.tell(status as PolicyStatus),
  life: async (life) => Object.assign((await running.promise).life, life),
  drain: () => told.resolve('the service ends'),
  ownCounters: () => own.counters(),
  ownMetrics: async () => own.metrics(),
});

/** What this process does with the others, through the one that started them. */
function togetherBy({ workers }: Config): Together {
  return {
    processes: workers,
    rates: { take: async (rule, key) => (await calls.call('take', { rule, key })) as number | null },
    imports: async (job) => {
      if ((await calls.call('importBegins')) !== true) {
        throw new SparkgateError('unavailable', (say) => say.details.writesWaiting, { retryAfter: 1 });
      }
      try {
        return await job();
      } finally {
        void calls.call('importEnds').catch(() => undefined);
      }
    },
    counters: async () => (await calls.call('counters')) as Counters,
    metrics: (registry) => {
      own.metrics = async () => registry.getMetricsAsJSON();
      return async () => String(await calls.call('metrics'));
    },
  };
}

async function serve({ open, dropped }: ServiceLog): Promise<void> {
  const config = readConfig();
  const log = open(config);
  const stopped = Promise.race([untilStop(false), told.promise]);
  const handover = (await calls.call('handover')) as WorkerHandover;
  const runtime = await startWorkerRuntime(
    { config, log, together: togetherBy(config), droppedLogLines: dropped },
    handover,
  );
  own.counters = runtime.services.counters;
  running.resolve(runtime);
  try {
    const { host } = config;
    const front = await openFront(runtime.services, config, { host, port: handover.port, shared: true });
    await calls.call('listening');
    log.debug({ because: await stopped }, 'draining');
    runtime.life.draining = true;
    await front.drain();
  } finally {
    await runtime.close();
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof PlatformError || error instanceof ConfigError ? error.message : innermost(error);
}

await serve(serviceLog()).catch(async (error: unknown) => calls.call('failed', sentenceOf(error)));
// A connection to a database that has gone silent would keep the process for long.
setTimeout(() => process.exit(), 1000).unref();
process.disconnect();
