import { inexactNumbers } from './inexact-numbers.ts';
import { refuseUnsupportedSyntax } from './unsupported-syntax.ts';
import { decidingDocuments } from './policy-documents.ts';
import { PolicyError } from './policy-error.ts';
import { readPolicyFolder } from './policy-folder.ts';
import type { YamlNode } from './yaml-node.ts';

/** A file of policies; a file that is no YAML has no documents here, and Cerbos says what is wrong with it. */
export interface PolicyFile {
  /** Below the policy folder, with `/`. */
  path: string;
  text: string;
  /** Those alone that have a say in decisions. */
  documents: readonly YamlNode[];
}

/**
 * The files of a policy folder, as Cerbos would read them, in the order of their names.
 * @throws PolicyError for a folder that cannot be read or holds no policy, for what a service would refuse of it as well, and for what Cerbos would misread
 */
export async function readPolicyFiles(folder: string): Promise<PolicyFile[]> {
  const { files } = await readPolicyFolder(folder).catch((cause: unknown) => {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError(`The policy folder ${folder} cannot be read.`, { cause });
  });
  if (![...files.keys()].some((path) => !path.startsWith('_schemas/'))) {
    throw new PolicyError(`There is no policy (*.yaml) in ${folder}.`);
  }
  refuseUnsupportedSyntax({ files });
  return [...files].map(([path, content]) => {
    const text = content.toString('utf8');
    return { path, text, documents: documentsOf(path, text) };
  });
}

/** What hinders nothing and is hardly meant: sentences with file and line. */
export function warningsOf(files: readonly PolicyFile[]): string[] {
  return inexactNumbers({ files: new Map(files.map(({ path, text }) => [path, Buffer.from(text)])) });
}

/** The policies in a text that have a say in decisions; none when it is no YAML. */
export function documentsOf(path: string, text: string): YamlNode[] {
  return decidingDocuments(path, text).map(({ content }) => content);
}
