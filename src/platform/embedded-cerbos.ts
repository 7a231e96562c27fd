import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { accountOf } from './accounts.ts';
import { cerbosBinary } from '@sparkgate/cerbos-pdp/binary';
import { cerbosComplaint } from '@sparkgate/cerbos-pdp/complaint';
import { isServing } from '@sparkgate/cerbos-pdp/is-serving';
import type { Children } from './children.ts';
import { folderFor, folderPassedBy, openTo, share } from './folders.ts';
import { chooseIdentity, commandAs, isRoot, type Identity } from './identity.ts';
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

/** A Cerbos that runs. */
export interface EmbeddedCerbos {
  /** Its gRPC address. */
  readonly target: string;
  /** Whether it runs under root's id, because it could get no other. */
  readonly asRoot: boolean;
}

/** Starts a Cerbos over a folder of policies and resolves, with its gRPC target, when it is SERVING. */
export async function startEmbeddedCerbos(
  children: Children,
  { name, policyDir, runDir, copyOf = policyDir, bundle }: EmbeddedCerbosOptions,
): Promise<EmbeddedCerbos> {
  if (!/^[a-z0-9-]+$/.test(name) || name.length > LONGEST_NAME) {
    throw new Error(`A Cerbos is named by at most ${LONGEST_NAME} of a-z, 0-9 and -, not ${name}.`);
  }
  await readdir(policyDir).catch((cause: unknown) => {
    throw new PlatformError(`The policy directory ${policyDir} cannot be read.`, { cause });
  });
  const folder = join(runDir, 'cerbos');
  const own = join(folder, name);
  const sockets = { grpc: join(own, 'grpc.sock'), http: join(own, 'http.sock') };
  const identity = await unprivileged(policyDir, runDir);
  await folderPassedBy(folder, identity);
  await folderFor(own, identity);

  const config = join(folder, `${name}.json`);
  await writeConfiguration(config, sockets, { policyDir, bundle });
  await share(config, identity.account?.gid ?? null);
  const program = [cerbosBinary(), 'server', `--config=${config}`, '--log-level=warn'];
  const stopSignal = 'SIGTERM';
  const carries = [dirname(cerbosBinary()), folder, policyDir];
  const command = commandAs(identity, program, { carries, stopSignal });
  const spec = { name, ...command, env: { GOGC: '400' }, stopSignal } as const;
  await startUntilReady(children, spec, {
    reap: async () => {
      await stopOrphans({ program: 'cerbos-linux-x64', argument: `--config=${config}` }, 'SIGTERM');
      await Promise.all(Object.values(sockets).map(async (socket) => unlink(socket).catch(() => undefined)));
    },
    answers: () => isServing(sockets.http),
    explain: (stderr) => `Cerbos does not start on ${copyOf}: ${cerbosComplaint(stderr)}`,
    patienceMs: PATIENCE_MS,
  });
  return { target: `unix:${sockets.grpc}`, asRoot: isRoot(identity) };
}

async function unprivileged(policyDir: string, runDir: string): Promise<Identity> {
  const account = await accountOf('cerbos');
  if (account) await openTo(runDir, account.passage);
  const binary = cerbosBinary();
  const needs = { binary, installation: dirname(binary), passes: [runDir], reads: [policyDir] };
  const identity = await chooseIdentity('cerbos', needs);
  if (identity) return identity;
  throw new PlatformError(
    `Cerbos cannot read ${policyDir} as a user other than root; let everybody read it, start Sparkgate as an ordinary user, or set CERBOS_TARGET to a Cerbos of yours.`,
  );
}

// Not by --set flags, which cannot carry a path with a comma.
async function writeConfiguration(
  path: string,
  sockets: { grpc: string; http: string },
  { policyDir, bundle }: { policyDir: string; bundle: string | undefined },
): Promise<void> {
  const common = parseDocument(await readFile(CONFIGURATION, 'utf8'));
  common.setIn(['server', 'grpcListenAddr'], `unix:${sockets.grpc}`);
  common.setIn(['server', 'httpListenAddr'], `unix:${sockets.http}`);
  common.setIn(['storage', 'disk', 'directory'], policyDir);
  if (bundle !== undefined) common.setIn(['engine', 'globals', 'bundle'], bundle);
  // Made anew: what an earlier version left there was the child's to change.
  await unlink(path).catch(() => undefined);
  await writeFile(path, JSON.stringify(common), { mode: 0o600, flag: 'wx' });
}
