import { request } from 'node:http';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { cerbosBinary } from './cerbos-binary.ts';
import { cerbosComplaint } from './cerbos-complaint.ts';
import type { Children } from './children.ts';
import { chooseIdentity, commandAs, letPass, makePrivateFolder, type Identity } from './identity.ts';
import { stopOrphans } from './orphans.ts';
import { PlatformError } from './platform-error.ts';
import { startUntilReady } from './readiness.ts';

const CONFIGURATION = fileURLToPath(new URL('cerbos.yaml', import.meta.url));
const PATIENCE_MS = 60_000;
const LONGEST_NAME = 16;

/** Which Cerbos: one name may run once, and several may run side by side over different policies. */
export type EmbeddedCerbosOptions = {
  readonly name: string;
  readonly policyDir: string;
  readonly runDir: string;
  /** The folder that people know, where `policyDir` is a copy of it. */
  readonly copyOf?: string;
  /** What it is to call its bundle when it is asked. */
  readonly bundle?: string;
};

/** Starts a Cerbos over a folder of policies and resolves, with its gRPC target, when it is SERVING. */
export async function startEmbeddedCerbos(
  children: Children,
  { name, policyDir, runDir, copyOf = policyDir, bundle }: EmbeddedCerbosOptions,
): Promise<{ target: string }> {
  if (!/^[a-z0-9-]+$/.test(name) || name.length > LONGEST_NAME) {
    throw new Error(`A Cerbos is named by at most ${LONGEST_NAME} of a-z, 0-9 and -, not ${name}.`);
  }
  await readdir(policyDir).catch((cause: unknown) => {
    throw new PlatformError(`The policy directory ${policyDir} cannot be read.`, { cause });
  });
  const folder = join(runDir, 'cerbos');
  const sockets = { grpc: join(folder, `${name}.sock`), http: join(folder, `${name}-http.sock`) };
  const identity = await chooseFor(policyDir, runDir);
  await letPass(runDir, identity);
  await makePrivateFolder(folder, identity);

  const config = await writeConfiguration(join(folder, `${name}.json`), sockets, { policyDir, bundle });
  const args = ['server', `--config=${config}`, '--log-level=warn'];
  const command = commandAs(identity, cerbosBinary(), args);
  const spec = { name, ...command, env: { GOGC: '400' }, stopSignal: 'SIGTERM' } as const;
  await startUntilReady(children, spec, {
    reap: async () => {
      await stopOrphans({ program: 'cerbos-linux-x64', argument: `--config=${config}` }, 'SIGTERM');
      await Promise.all(Object.values(sockets).map((socket) => rm(socket, { force: true })));
    },
    answers: () => isServing(sockets.http),
    explain: (stderr) => `Cerbos does not start on ${copyOf}: ${cerbosComplaint(stderr)}`,
    patienceMs: PATIENCE_MS,
  });
  return { target: `unix:${sockets.grpc}` };
}

async function chooseFor(policyDir: string, runDir: string): Promise<Identity> {
  const needs = { binary: cerbosBinary(), passes: [dirname(runDir)], reads: [policyDir] };
  return (await chooseIdentity(needs)) ?? { kind: 'self' };
}

// Not by --set flags, which cannot carry a path with a comma.
async function writeConfiguration(
  path: string,
  sockets: { grpc: string; http: string },
  { policyDir, bundle }: { policyDir: string; bundle: string | undefined },
): Promise<string> {
  const common = parseDocument(await readFile(CONFIGURATION, 'utf8'));
  common.setIn(['server', 'grpcListenAddr'], `unix:${sockets.grpc}`);
  common.setIn(['server', 'httpListenAddr'], `unix:${sockets.http}`);
  common.setIn(['storage', 'disk', 'directory'], policyDir);
  if (bundle !== undefined) common.setIn(['engine', 'globals', 'bundle'], bundle);
  await writeFile(path, JSON.stringify(common), { mode: 0o644 });
  return path;
}

function isServing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_cerbos/health', timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}
