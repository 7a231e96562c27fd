import { access, constants, lstat, open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { requireReachable, type Config } from './config.ts';
import { readBundle } from './decision/bundle.ts';
import { requireServiceKind, testsFor } from './rollout/admission.ts';
import type { PolicyStatus } from './rollout/journal.ts';
import { cerbosBinary } from '@sparkgate/cerbos-pdp/binary';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { callCommand } from './platform/control-socket.ts';
import { foreignness, inUse, runDir } from './platform/data-dir.ts';
import { embeddedAddress, embeddedInstallation } from './platform/embedded-postgres.ts';
import { listenAt } from './platform/listening.ts';
import { readSecret } from './platform/secret-file.ts';
import { probeDatabase } from './probes/database.ts';
import { innermost, type Finding } from './probes/finding.ts';
import { probePdp } from './probes/pdp.ts';
import { probeReplica } from './probes/replica.ts';
import { probeSchema } from './probes/schema.ts';

/** A part of the service, and what was found of it. */
export interface Diagnosis {
  part: 'address' | 'data' | 'database' | 'replica' | 'pdp' | 'policies';
  findings: Finding[];
}

/**
 * Looks at all that a start depends on, by the probes that a start makes, and changes nothing: an embedded server that
 * does not run is not started.
 */
export async function diagnose(config: Config): Promise<Diagnosis[]> {
  const runs = await inUse(config.dataDir);
  return [
    { part: 'address', findings: await addressFindings(config, runs) },
    { part: 'data', findings: await dataFindings(config, runs) },
    { part: 'database', findings: await databaseFindings(config, runs) },
    ...(await replicaFindings(config)),
    { part: 'pdp', findings: await pdpFindings(config) },
    { part: 'policies', findings: [...(await policyFindings(config)), ...(runs ? await refusals(config) : [])] },
  ];
}

/** Where it would listen, and whether anybody could say by what address it is reached. */
async function addressFindings(config: Config, runs: boolean): Promise<Finding[]> {
  const { host, port } = config;
  return attempt(async () => {
    requireReachable(config);
    if (runs) return `HOST ${host} can be used.`;
    const server = createServer();
    await listenAt(server, config);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    return `HOST and PORT ${host}:${port} can be used.`;
  });
}

async function dataFindings(config: Config, runs: boolean): Promise<Finding[]> {
  const folder = await folderFinding(config, runs);
  return folder.level === 'problem' ? [folder] : [folder, ...(await fileFindings(config))];
}

async function folderFinding({ dataDir }: Config, runs: boolean): Promise<Finding> {
  if (runs) return well(`A Sparkgate runs on DATA_DIR ${dataDir}.`);
  const there = await nearest(dataDir);
  try {
    await access(there, constants.R_OK | constants.W_OK | constants.X_OK);
    if (there !== dataDir) return well(`DATA_DIR ${dataDir} is not there yet: the first start makes it.`);
    const why = await foreignness(dataDir);
    if (why !== null) return problem(`DATA_DIR ${dataDir} ${why}`);
    return well(`DATA_DIR ${dataDir} can be used, and no Sparkgate runs on it.`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return problem(`DATA_DIR ${dataDir} cannot be used (${code}): choose a directory that this user may write to.`);
  }
}

/** A path, or of what it lies in the nearest that is there. */
async function nearest(path: string): Promise<string> {
  const isMissing = await lstat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
  return isMissing && dirname(path) !== path ? nearest(dirname(path)) : path;
}

/** The files that a start opens: what is wrong with them. */
async function fileFindings(config: Config): Promise<Finding[]> {
  const { dataDir, decisionLog } = config;
  const hasKeyFile = config.databaseUrl === null && config.bootstrapApiKey === null;
  const secrets = [...(config.secretKey === null ? ['secret-key'] : []), ...(hasKeyFile ? ['api-key'] : [])];
  const findings = await attempt(async () => {
    for (const name of secrets) await readSecret(join(dataDir, name));
    if (decisionLog !== null) await requireWritable(decisionLog);
    return 'They can be opened.';
  });
  return findings.filter(({ level }) => level === 'problem');
}

/** @throws Error where no line can be added to a file, or no file be made there */
async function requireWritable(path: string): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
    await file.close();
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const canBeMade =
      isMissing &&
      (await access(dirname(path), constants.W_OK).then(
        () => true,
        () => false,
      ));
    if (!canBeMade) throw new Error(`${path} cannot be written to.`, { cause });
  }
}

async function databaseFindings({ databaseUrl, dataDir }: Config, runs: boolean): Promise<Finding[]> {
  if (databaseUrl !== null) {
    const address = { url: databaseUrl };
    const findings = await probeDatabase(address);
    const isThere = findings.every(({ level }) => level !== 'problem');
    return isThere ? [...findings, ...(await probeSchema(address))] : findings;
  }
  if (runs) return probeDatabase(embeddedAddress(await runDir(dataDir)));
  return attempt(async () => {
    embeddedInstallation();
    return 'The embedded database does not run: it starts with the service.';
  });
}

async function replicaFindings({ databaseUrl, databaseReplicaUrl }: Config): Promise<Diagnosis[]> {
  if (databaseUrl === null || databaseReplicaUrl === null) return [];
  return [{ part: 'replica', findings: await probeReplica({ url: databaseReplicaUrl }, { url: databaseUrl }) }];
}

async function pdpFindings({ cerbosTarget, cerbosTimeout }: Config): Promise<Finding[]> {
  if (cerbosTarget !== null) return probePdp(cerbosTarget, { timeoutMs: cerbosTimeout * 1000, attempts: 1 });
  return attempt(async () => {
    cerbosBinary();
    return 'The embedded Cerbos is there: the service starts it on the policies.';
  });
}

/** What Cerbos would say of POLICY_DIR; without a Cerbos on this machine, what can be read of it. */
async function policyFindings({ policyDir, policyTestsDir, cerbosTarget }: Config): Promise<Finding[]> {
  return attempt(async () => {
    const bundle = await readBundle(policyDir).catch((cause: unknown) => {
      throw new Error(`POLICY_DIR cannot be read: ${innermost(cause)}`, { cause });
    });
    requireServiceKind(bundle, `POLICY_DIR ${policyDir}`);
    await testsFor(policyDir, policyTestsDir);
    const compiled = await compilePolicies(policyDir).catch((error: unknown) => {
      if (cerbosTarget !== null) return null;
      throw error;
    });
    if (compiled === null)
      return `The policies in ${policyDir} can be read; the Cerbos at CERBOS_TARGET compiles its own.`;
    if (compiled.code === 0) return `The policies in ${policyDir} compile.`;
    throw new Error(`The policies in ${policyDir} do not compile: ${(compiled.stderr + compiled.stdout).trim()}`);
  });
}

/** What the running service was offered and did not take. */
async function refusals({ dataDir }: Config): Promise<Finding[]> {
  try {
    const { last_refusal: refusal, policy } = (await callCommand(await runDir(dataDir), 'status')) as PolicyStatus;
    if (refusal?.standing !== true) return [];
    return [problem(`POLICY_DIR holds policies that were refused, and ${policy} goes on deciding: ${refusal.message}`)];
  } catch (error) {
    return [{ level: 'warning', says: innermost(error) }];
  }
}

async function attempt(look: () => Promise<string>): Promise<Finding[]> {
  try {
    return [well(await look())];
  } catch (error) {
    return [problem(error instanceof Error ? error.message : String(error))];
  }
}

const well = (says: string): Finding => ({ level: 'well', says });
const problem = (says: string): Finding => ({ level: 'problem', says });
