import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { Contract } from '../contract.ts';
import { refuseKindName } from './kind-name.ts';
import { policyOf, schemaOf, testOf } from './starter.ts';

/**
 * Writes a policy, a schema and a test to start from; returns the files. @param known the kinds that have a policy
 * @throws PolicyError for a name that will not do, and for what is there already
 */
export async function newKind(
  kind: string,
  { policies, tests, known }: { policies: string; tests: string; known: ReadonlySet<string> },
  { reservedNames, sentAlong }: Pick<Contract, 'reservedNames' | 'sentAlong'>,
): Promise<string[]> {
  refuseKindName(kind, reservedNames);
  const alike = [...known].find((it) => it.toLowerCase() === kind);
  if (alike !== undefined) throw new PolicyError(`There is a policy for ${alike} already.`);
  const files = new Map([
    [join(policies, 'resource_policies', `${kind}.yaml`), policyOf(kind)],
    [join(policies, '_schemas', `${kind}.json`), `${JSON.stringify(schemaOf(sentAlong), null, 2)}\n`],
    [join(tests, `${kind}_test.yaml`), testOf(kind, sentAlong)],
  ]);
  for (const file of files.keys()) {
    const there = await namedAlike(file);
    if (there !== undefined) throw new PolicyError(`${there} is there already; nothing was written.`);
  }
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
  return [...files.keys()];
}

/** A file of the same name, or one that is the same to people and to file systems that tell no upper case apart. */
async function namedAlike(file: string): Promise<string | undefined> {
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const found = names.find((name) => plainName(name) === plainName(file));
  return found === undefined ? undefined : join(folder, found);
}

const plainName = (file: string): string => basename(file, extname(file)).toLowerCase();
