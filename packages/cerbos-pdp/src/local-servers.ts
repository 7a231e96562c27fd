import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readPolicyFolder, writePolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { cerbosBinary } from './binary.ts';
import { PdpClient } from './client.ts';
import { cerbosComplaint } from './complaint.ts';
import { bareEnvironment } from './environment.ts';
import { isServing } from './is-serving.ts';
import type { PolicyServers } from './policy-servers.ts';
import { removeTemporary, temporaryFolder } from './temporary-folder.ts';
import { serverConfiguration } from './server-configuration.ts';

/** What takes longer to start has got stuck, and what takes longer to stop is killed; in milliseconds. */
const START_MS = 60_000;
const STOP_MS = 10_000;
const POLL_MS = 15;

/** Opens policy servers that run as children of this process, on copies of their folders and on Unix sockets. */
export async function openLocalServers(): Promise<PolicyServers> {
  const folder = await temporaryFolder('cerbos-');
  const running = new Set<ChildProcess>();
  let count = 0;
  const end = async (child: ChildProcess): Promise<void> => {
    running.delete(child);
    await stop(child);
  };
  return {
    start: async (policyDir) => {
      count += 1;
      const own = join(folder, String(count));
      const child = await startServer(own, policyDir);
      running.add(child);
      const pdp = new PdpClient(`unix:${join(own, 'grpc.sock')}`);
      return {
        pdp,
        stop: async () => {
          pdp.close();
          await end(child);
          await rm(own, { recursive: true, force: true });
        },
      };
    },
    close: async () => {
      await Promise.all([...running].map(end));
      await removeTemporary(folder);
    },
  };
}

async function startServer(own: string, policyDir: string): Promise<ChildProcess> {
  const [policies, configuration] = [join(own, 'policies'), join(own, 'cerbos.json')];
  const sockets = { grpc: join(own, 'grpc.sock'), http: join(own, 'http.sock') };
  await mkdir(own, { mode: 0o700 });
  await writePolicyFolder(await readPolicyFolder(policyDir), policies);
  await writeFile(configuration, JSON.stringify(serverConfiguration(policies, sockets)));
  const [command = '', ...args] = endingWithUs([
    cerbosBinary(),
    'server',
    `--config=${configuration}`,
    '--log-level=warn',
  ]);
  const child = spawn(command, args, { cwd: '/', env: bareEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const failed = once(child, 'close').then(() => `Cerbos does not start on ${policyDir}: ${cerbosComplaint(stderr)}`);
  const outcome = await Promise.race([failed, untilServing(sockets.http)]);
  if (outcome === null) return child;
  await stop(child);
  throw new PolicyError(outcome);
}

/** Null when it serves; what is wrong when it does not in time. */
async function untilServing(socketPath: string): Promise<string | null> {
  for (let waited = 0; waited < START_MS; waited += POLL_MS) {
    if (await isServing(socketPath)) return null;
    await delay(POLL_MS);
  }
  return `Cerbos did not answer within ${START_MS / 1000} seconds.`;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(impatience);
}

/** Where util-linux has setpriv, the kernel stops a child whose parent dies, however that dies. */
function endingWithUs(line: readonly string[]): readonly string[] {
  const wish = ['--pdeathsig', 'SIGTERM', '--'];
  return spawnSync('setpriv', [...wish, 'true'], { stdio: 'ignore' }).status === 0
    ? ['setpriv', ...wish, ...line]
    : line;
}
