import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inexactNumbers } from './inexact-numbers.ts';
import { PolicyError } from './policy-error.ts';
import { refuseUnsupportedSyntax } from './unsupported-syntax.ts';
import { decidingDocuments } from './policy-documents.ts';
import type { PolicyFolder } from './policy-folder.ts';
import type { YamlNode } from './yaml-node.ts';

/** A file of policies; a file that is no YAML has no documents here, and Cerbos says what is wrong with it. */
export interface PolicyFile {
  /** Below the policy folder, with `/`. */
  path: string;
  text: string;
  /** Those alone that have a say in decisions. */
  documents: readonly YamlNode[];
}

/** No policy that people read is longer, in bytes. */
const LARGEST_FILE = 1_048_576;

/**
 * The files of a policy folder, as Cerbos would read them, in the order of their names.
 * @throws PolicyError for a folder that cannot be read or holds no policy, a file of over 1 MiB, a link that leads
 * out of the folder, and what Cerbos would misread
 */
export async function readPolicyFiles(folder: string): Promise<PolicyFile[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new PolicyError(`The policy folder ${folder} cannot be read.`, { cause });
  });
  const paths = names.map((name) => name.replaceAll(sep, '/')).filter((path) => !/(?:^|\/)\./.test(path));
  await Promise.all(paths.map(async (path) => refuseLinkOut(folder, path)));
  const texts = paths.filter((path) => /\.(?:ya?ml|json)$/.test(path)).toSorted();
  const files = await Promise.all(texts.map(async (path) => readOne(folder, path)));
  const policies = files.filter((file) => file !== null);
  if (!policies.some(({ path, text }) => !path.startsWith('_schemas/') && text.trim() !== '')) {
    throw new PolicyError(`There is no policy (*.yaml) in ${folder}.`);
  }
  refuseUnsupportedSyntax(contentsOf(policies));
  return policies;
}

/** What hinders nothing and is hardly meant: sentences with file and line. */
export function warningsOf(files: readonly PolicyFile[]): string[] {
  return inexactNumbers(contentsOf(files));
}

function contentsOf(files: readonly PolicyFile[]): Pick<PolicyFolder, 'files'> {
  return { files: new Map(files.map(({ path, text }) => [path, Buffer.from(text)])) };
}

async function readOne(folder: string, path: string): Promise<PolicyFile | null> {
  const found = await stat(join(folder, path));
  if (!found.isFile()) return null;
  if (found.size > LARGEST_FILE) {
    throw new PolicyError(`${path} has ${found.size} bytes; a policy file has at most ${LARGEST_FILE}.`);
  }
  const text = await readFile(join(folder, path), 'utf8');
  return { path, text, documents: documentsOf(path, text) };
}

/** The policies in a text that have a say in decisions; none when it is no YAML. */
export function documentsOf(path: string, text: string): YamlNode[] {
  return decidingDocuments(path, text).map(({ content }) => content);
}

async function refuseLinkOut(folder: string, path: string): Promise<void> {
  const whole = join(folder, path);
  if (!(await lstat(whole)).isSymbolicLink()) return;
  const [root, target] = await Promise.all([realpath(folder), realpath(whole).catch(() => null)]);
  if (target === null) throw new PolicyError(`${path} is a link that leads nowhere.`);
  if (relative(root, target).startsWith('..')) {
    throw new PolicyError(`${path} is a link that leads out of the policy folder.`);
  }
}
