import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import type { PolicyChange } from '../../rollout/policy-service.ts';
import type { RefusedOver } from '../../rollout/refused.ts';
import { callCommand } from '../../platform/control-socket.ts';
import { inUse, runDir } from '../../platform/data-dir.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { EXIT } from './exit-codes.ts';
import { warn } from '@sparkgate/policy-workbench/cli/policies';
import { policyFolder } from './host.ts';

const CODES = `
Exit codes:
  0  it decides now, or did already
  1  no service runs on this DATA_DIR, there is nothing to go back to, or Cerbos does not start on it
  3  the policies do not compile, or read what is never sent
  4  a test fails, one of the bundle that decides is not answered, or there is none
  5  an invariant is violated, one of the bundle that decides is gone, or there is none
`;

/** `sparkgate policy apply` */
export function applyCommand(): Command {
  return new Command('apply')
    .description('let the running service decide by these policies')
    .argument('<folder>', 'the folder of policies')
    .addHelpText(
      'after',
      `
The running service of this DATA_DIR takes a copy of the folder, compiles it, starts a second Cerbos on it, runs its
policy tests and holds the invariants against it (policy-tests beside the folder, else those of the service), and the
suite of the bundle that decides, and exchanges it for the first in one moment. What is refused changes nothing.

It decides until POLICY_DIR changes, SIGHUP, another apply, or a rollback; also after a restart.
${CODES}
Example:
  sparkgate policy apply ./policies`,
    )
    .action(async (named: string) => {
      const folder = resolve(named);
      // What is wrong with what is in it, the service says and remembers.
      await readdir(folder).catch((cause: unknown) => unreadable(folder, cause));
      report(await command('apply', folder));
    });
}

/** `sparkgate policy rollback` */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('let the running service decide by the policies before again')
    .addHelpText(
      'after',
      `
They decide until POLICY_DIR changes, SIGHUP, apply, or another rollback, which goes back to those of now; also after a
restart. They are not tested again: they decided before.
${CODES}
Example:
  sparkgate policy rollback`,
    )
    .action(async () => report(await command('rollback')));
}

/** `sparkgate policy status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('which policies decide in the running service, since when, and what was refused')
    .addHelpText(
      'after',
      `
Exit codes:
  0  it is said as JSON
  1  no service runs on this DATA_DIR

Example:
  sparkgate policy status`,
    )
    .action(async () => {
      process.stdout.write(`${JSON.stringify(await command('status'), null, 2)}\n`);
    });
}

/** `sparkgate policy hash` */
export function hashCommand(): Command {
  return new Command('hash')
    .description('the hash of a folder of policies, as decisions name it')
    .argument('[folder]', 'the folder of policies (default: POLICY_DIR)')
    .addHelpText(
      'after',
      `
A Cerbos that you run yourself is told it at its start, so that the service knows what has been loaded:
  cerbos server --config=cerbos.yaml --set=engine.globals.bundle=$(sparkgate policy hash policies)`,
    )
    .action(async (folder?: string) => {
      const { hash } = await readNamed(policyFolder(folder));
      process.stdout.write(`${hash}\n`);
    });
}

/** Reads the folder that was named. @throws PlatformError for one that cannot be read, or holds no policy */
async function readNamed(folder: string): Promise<PolicyFolder> {
  const found = await readPolicyFolder(folder).catch((cause: unknown) => unreadable(folder, cause));
  if ([...found.files.keys()].some((path) => !path.startsWith('_schemas/'))) return found;
  throw new PlatformError(`There is no policy (*.yaml) in ${folder}.`);
}

function unreadable(folder: string, cause: unknown): never {
  if (cause instanceof PolicyError) throw cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  throw new PlatformError(`The policy folder ${folder} cannot be read: ${WHY[code] ?? message}.`, { cause });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'it is no folder',
  EACCES: 'it may not be read',
};

/** @throws PlatformError when no service runs there, or with what hindered it */
async function command(name: string, argument?: string): Promise<unknown> {
  const { dataDir } = readConfig();
  if (!(await inUse(dataDir))) throw new PlatformError(`No Sparkgate runs on DATA_DIR ${dataDir}: start it first.`);
  return callCommand(await runDir(dataDir), name, argument);
}

function report(said: unknown): void {
  const { outcome, over, message, warnings, status } = said as PolicyChange;
  if (outcome === 'refused') {
    process.stderr.write(`${message}\n\nRefused; ${status.policy} goes on deciding.\n`);
    process.exitCode = refusalCode[over ?? 'start'];
    return;
  }
  warn(warnings);
  const before = status.previous === null ? '' : `; policy rollback brings ${status.previous} back`;
  process.stdout.write(`${status.policy} decides since ${status.since}${before}\n`);
}

/** How commands end over which policies were refused. */
export const refusalCode: Record<RefusedOver, number> = {
  folder: EXIT.cannotRun,
  start: EXIT.cannotRun,
  compile: EXIT.doesNotCompile,
  tests: EXIT.testFails,
  invariants: EXIT.invariantViolated,
};
