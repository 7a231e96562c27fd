import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import { readCompiled, warn } from '@sparkgate/policy-workbench/cli/policies';
import { readConfig, type Config } from '../../config.ts';
import { accountOf } from '../../platform/accounts.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { CONTRACT } from '../../review/contract.ts';
import type { Admitted } from '../../rollout/admission.ts';
import { BundleStore, type BundleRecord } from '../../rollout/bundle-store.ts';
import { examine } from '../../rollout/examine.ts';
import { heldBy } from '../../rollout/first-generation.ts';
import { readOffered, type Offered } from '../../rollout/offered.ts';
import { isAdmitted, policyTrail } from '../../rollout/policy-trail.ts';
import { PoliciesRefused } from '../../rollout/refused.ts';
import { inOfflineContext } from '../../runtime/offline-context.ts';
import { VERSION } from '../../runtime/service-status.ts';
import { queryIn } from '../../domain/transact.ts';
import { EXIT } from './exit-codes.ts';
import { refusalCode } from './live.ts';

/** `sparkgate policy admit DIR` */
export function admitCommand({ openServers }: Pick<Host, 'openServers'>): Command {
  return new Command('admit')
    .description('examine policies for a Cerbos that you run yourself, and record that they are admitted')
    .argument('<folder>', 'the folder of policies')
    .addHelpText(
      'after',
      `
It asks what the service asks of policies for its own Cerbos: they compile and read what is sent, their tests pass and
their invariants hold (policy-tests beside the folder, else POLICY_TESTS_DIR), and so does the suite that was admitted
last, which is kept in DATA_DIR. The audit trail of DATABASE_URL says so; until then the service asks the Cerbos at
CERBOS_TARGET every question anew.

Exit codes:
  0  they are admitted now, or were already
  1  a folder or the database cannot be read, or CERBOS_TARGET is not set
  3  the policies do not compile, or read what is never sent
  4  a test fails, or there is none
  5  an invariant is violated, or there is none

Example:
  sparkgate policy admit ./policies`,
    )
    .action(async (named: string) => admit(resolve(named), readConfig(), openServers));
}

async function admit(folder: string, config: Config, openServers: Host['openServers']): Promise<void> {
  if (config.cerbosTarget === null)
    throw new PlatformError(
      'The service admits policies for its own Cerbos itself: use policy apply. Or set CERBOS_TARGET.',
    );
  if ((await readCompiled(folder, CONTRACT)) === null) return;
  const { policyDir, policyTestsDir: testsDir } = config;
  try {
    const offered = await readOffered(folder, { policyDir, testsDir });
    await inOfflineContext(config, async (ctx) => {
      const store = await BundleStore.open(config.dataDir, await accountOf('cerbos'));
      const last = await store.read();
      const { hash } = offered.policies;
      const isKnown = last?.current === hash && last.suite === (offered.suite?.hash ?? null);
      if (isKnown && (await isAdmitted(queryIn(ctx.orm.em.fork()), hash))) return say(hash, 'was admitted already');
      const admitted = await examine(await kept(store, offered, last), { contract: CONTRACT, openServers });
      const record = recordOf(offered, last);
      const about = { source: 'admit', before: last && heldBy(last), bundle: heldBy(record) } as const;
      await policyTrail(ctx, VERSION)({ event: 'policy.admitted', ...about, admitted });
      await store.write(record);
      await store.sweep(new Set([hash, ...(record.previous === null ? [] : [record.previous])]), record);
      warn(admitted.findings);
      say(hash, `is admitted: ${counted(admitted)}`);
    });
  } catch (error) {
    if (!(error instanceof PoliciesRefused)) throw error;
    process.stderr.write(`${error.message}\n\nNot admitted.\n`);
    process.exitCode = error.over === 'folder' ? EXIT.cannotRun : refusalCode[error.over];
  }
}

async function kept(store: BundleStore, { policies, suite }: Offered, last: BundleRecord | null) {
  return {
    policyDir: await store.keep(policies),
    suite: suite && (await store.keepSuite(suite)),
    before: last && (await store.suite(last.suite)),
  };
}

function recordOf({ policies, suite }: Offered, last: BundleRecord | null): BundleRecord {
  const hashes = { current: policies.hash, suite: suite?.hash ?? null };
  const before = { previous: last?.current ?? null, previousSuite: last?.suite ?? null };
  const seen = { seen: hashes.current, seenSuite: hashes.suite };
  return { ...hashes, ...before, ...seen, source: 'apply', since: new Date().toISOString() };
}

const counted = ({ tests, sentences, contradicted, accepted }: Admitted): string =>
  `${tests} expectations and ${sentences} sentences hold; of those before, ${contradicted} are contradicted by its own ` +
  `tests and ${accepted.length} accepted by name`;

function say(hash: string, what: string): void {
  process.stdout.write(`${hash} ${what}\n`);
}
