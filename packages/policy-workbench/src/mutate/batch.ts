import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PdpClient } from '@sparkgate/cerbos-pdp/client';
import { readPolicyFolder, writePolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { withText, type Policies } from '@sparkgate/cerbos-policies/policies';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { PolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { readKindTexts, type KindText } from '@sparkgate/cerbos-policies/kind-text';
import { actionsOf, rulesFor } from '../verify/verify-kind.ts';
import { aliased } from './aliased.ts';
import type { Mutant } from './mutants.ts';

/** A kind about which a mutant's rules read otherwise, for these actions. */
export interface Affected {
  kind: string;
  before: KindText;
  after: KindText;
  actions: readonly string[];
  /** Under which name the mutant's policy of this kind is served. */
  alias: string;
}

/** The kinds and actions that a mutant can matter to. @throws UnreadableExpression */
export function affectedBy(mutant: Mutant, policies: Policies, texts: ReadonlyMap<string, KindText>): Affected[] {
  const after = readKindTexts(withText(policies, mutant.file, mutant.text));
  return [...texts.values()].flatMap((before): Affected[] => {
    const now = after.get(before.kind) ?? { ...before, rules: [] };
    const actions = actionsOf(before, now).filter((it) => readingOf(it, before) !== readingOf(it, now));
    const alias = `${before.kind}__${mutant.number}`;
    return actions.length > 0 ? [{ kind: before.kind, before, after: now, actions, alias }] : [];
  });
}

// Where a variable errs, an action that does not use it may be denied all the same.
const readingOf = (action: string, text: KindText): string =>
  JSON.stringify([rulesFor([action], text).map((rule) => rule.text), text.rules[0]?.variables ?? []]);

/** A PDP that serves many mutants at once, each kind under a name of its own beside the original. */
export interface Batch {
  pdp: PdpClient;
  /** The numbers of the mutants that do not compile. */
  refused: ReadonlySet<number>;
  stop: () => Promise<void>;
}

/** Compiles the mutants and serves those that compile. */
export async function serveBatch(
  mutants: readonly { mutant: Mutant; affected: readonly Affected[] }[],
  { folder, policies, servers }: { folder: string; policies: Policies; servers: PolicyServers },
): Promise<Batch> {
  const copy = await temporaryFolder('sg-mutants-');
  try {
    await writePolicyFolder(await readPolicyFolder(folder), copy);
    for (const { mutant, affected } of mutants) {
      for (const it of affected) await writeAliased(copy, mutant, it, policies);
    }
    const served = await servers.start(copy).catch((error: unknown) => {
      if (error instanceof PolicyError) return null;
      throw error;
    });
    if (served) return { ...served, refused: new Set() };
    const refused = await refuse(copy);
    return { ...(await servers.start(copy)), refused };
  } finally {
    await removeTemporary(copy);
  }
}

async function writeAliased(copy: string, mutant: Mutant, affected: Affected, policies: Policies): Promise<void> {
  const mutated = withText(policies, mutant.file, mutant.text);
  const own = policies.files.filter(
    ({ path }) => affected.after.files.includes(path) || affected.before.files.includes(path),
  );
  for (const file of own) {
    const path = join(copy, `mutant-${mutant.number}`, affected.kind, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, aliased(mutated, file.path, { ...affected, number: mutant.number }));
  }
}

/** Takes away what does not compile, until the rest does. */
async function refuse(copy: string): Promise<Set<number>> {
  const refused = new Set<number>();
  for (;;) {
    const { code, stdout, stderr } = await compilePolicies(copy, { output: 'json' });
    if (code === 0) return refused;
    const named = [...(stdout + stderr).matchAll(/mutant-(\d+)\//g)].map(([, number]) => Number(number));
    const fresh = named.filter((number) => !refused.has(number));
    if (fresh.length === 0) throw new Error(`mutants do not compile: ${stdout}${stderr}`);
    for (const number of fresh) {
      refused.add(number);
      await rm(join(copy, `mutant-${number}`), { recursive: true, force: true });
    }
  }
}
