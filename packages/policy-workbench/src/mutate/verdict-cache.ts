import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { isSchema, loadedIn, type Policies } from '@sparkgate/cerbos-policies/policies';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { Contract } from '../contract.ts';
import type { Suite } from '../tests/suites.ts';
import type { Mutant } from './mutants.ts';
import type { Fate } from './trial.ts';

/** What became of mutants in earlier runs. */
export interface VerdictCache {
  /** Null where nothing is known of it, or what it depends on has changed. */
  get: (mutant: Mutant) => Fate | null;
  set: (mutant: Mutant, fate: Fate) => void;
  /** Writes it down. @throws PolicyError where that cannot be */
  save: () => Promise<void>;
}

export const NO_CACHE: VerdictCache = { get: () => null, set: () => undefined, save: () => Promise.resolve() };

/** What a fate depends on, besides the mutant itself. */
export interface VerdictGround {
  policies: Policies;
  texts: ReadonlyMap<string, KindText>;
  suites: ReadonlyMap<string, Suite>;
  /** The tests that were run. */
  tests: readonly Asked[];
  /** The text of the invariants; empty: none. */
  invariants: string;
  contract: Contract;
}

/** Who asks for what, by the names that its suite gives them. */
type Asked = Pick<TracedTest, 'file' | 'principal' | 'resource'>;

/** What this version finds out may differ from what another did. */
const VERSION = 1;

/** Of more the oldest are forgotten. */
const MOST = 50_000;

const File = z.object({
  version: z.literal(VERSION),
  fates: z.record(z.string(), z.object({ is: z.string() }).loose()),
});

/** The cache in a file; a file that is missing, or of another version, is an empty one. */
export async function openCache(file: string, ground: VerdictGround): Promise<VerdictCache> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const read = File.safeParse(parsed(text));
  const fates = new Map(Object.entries(read.success ? read.data.fates : {}));
  const keyOf = keys(ground);
  return {
    get: (mutant) => {
      const found = fates.get(keyOf(mutant));
      return found === undefined ? null : revived(found);
    },
    set: (mutant, fate) => {
      const plain = fate.is === 'survived' ? { ...fate, difference: withList(fate.difference) } : fate;
      fates.set(keyOf(mutant), plain);
    },
    save: async () => {
      const kept = Object.fromEntries([...fates].slice(-MOST));
      const partial = `${file}.${process.pid}`;
      await mkdir(dirname(file), { recursive: true })
        .then(async () => writeFile(partial, JSON.stringify({ version: VERSION, fates: kept })))
        .then(async () => rename(partial, file))
        .catch((cause: unknown) => {
          throw new PolicyError(`The cache ${file} cannot be written.`, { cause });
        });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

type Survived = Extract<Fate, { is: 'survived' }>;

const withList = (difference: Survived['difference']): object => ({ ...difference, matters: [...difference.matters] });

/** As it was written by this version. */
function revived(found: object): Fate {
  const fate = found as Fate;
  if (fate.is !== 'survived') return fate;
  return { ...fate, difference: { ...fate.difference, matters: new Set(fate.difference.matters) } };
}

/** The mutant, and all that its fate can depend on: its kinds with all that they import and the tests about them. */
function keys({ invariants, contract, ...parts }: VerdictGround): (mutant: Mutant) => string {
  const { closedKinds, roles, mistakableRoles, sentAlong } = contract;
  const common = digest([VERSION, invariants, [...closedKinds], roles, mistakableRoles, sentAlong]);
  const grounds = new Map<string, string>();
  return ({ file, text }) => {
    const ground = grounds.get(file) ?? groundOf(file, parts);
    grounds.set(file, ground);
    return digest([common, ground, file, text]);
  };
}

function groundOf(
  file: string,
  { policies, texts, suites, tests }: Pick<VerdictGround, 'policies' | 'texts' | 'suites' | 'tests'>,
): string {
  const own = [...texts.values()].filter(({ files }) => files.includes(file));
  const isSweeping = (path: string): boolean =>
    loadedIn(policies, path).some(({ sort, document }) => sort === 'principal' || sort === 'role' || !document.decides);
  const isAll = own.length === 0 || isSweeping(file);
  const kinds = new Set(own.map(({ kind }) => kind));
  const files = policies.files.filter(
    ({ path }) => isAll || isSchema(path) || isSweeping(path) || own.some((it) => it.files.includes(path)),
  );
  const asked = tests.filter((it) => isAll || kinds.has(suites.get(it.file)?.resources.get(it.resource)?.kind ?? ''));
  const tested = [...Map.groupBy(asked, (it) => it.file)].map(([path, questions]) => {
    const suite = suites.get(path);
    const fixtures = questions.map((it) => [suite?.principals.get(it.principal), suite?.resources.get(it.resource)]);
    return [suite?.text, [...new Set(fixtures.map((it) => JSON.stringify(it)))]];
  });
  return digest([files, tested]);
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
