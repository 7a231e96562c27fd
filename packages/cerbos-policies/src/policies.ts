import { PolicyError } from './policy-error.ts';
import { documentsIn, type PolicyDocument } from './policy-documents.ts';
import type { PolicyFolder } from './policy-folder.ts';
import {
  policyOf,
  type DerivedRoles,
  type Exceptions,
  type Exported,
  type Policy,
  type ResourcePolicy,
} from './policy.ts';

/** A file of a policy folder. */
export interface PolicyFile {
  /** Below the policy folder, with `/`. */
  path: string;
  text: string;
}

/** A policy folder, read once: what all that looks at policies looks at. */
export interface Policies {
  /** SHA-256 over the names and contents of all files, in hexadecimal; empty where it was made from files in memory. */
  hash: string;
  files: readonly PolicyFile[];
  /** All that Cerbos loads. A disabled policy, and what is no YAML, is not among them: the latter Cerbos refuses. */
  documents: readonly PolicyDocument[];
  /** What these say, whatever their version and scope. */
  loaded: readonly Policy[];
  /** Those that have a say where a question names neither a version nor a scope, and what they import. */
  resources: readonly ResourcePolicy[];
  exceptions: readonly Exceptions[];
  derivedRoles: readonly DerivedRoles[];
  exported: readonly Exported[];
}

/** What the files of a folder say. @throws PolicyError for aliases beyond measure */
export function policiesOf({ hash, files }: PolicyFolder): Policies {
  const texts = [...files].map(([path, content]) => ({ path, text: content.toString('utf8') }));
  return assembled(hash, texts, texts.flatMap(documentsOf));
}

/** The same folder with another text in one of its files; all else is as it was read. */
export function withText({ files, documents }: Policies, path: string, text: string): Policies {
  const others = Map.groupBy(documents, (document) => document.path);
  const edited = files.map((file) => (file.path === path ? { path, text } : file));
  const read = (file: PolicyFile): readonly PolicyDocument[] =>
    file.path === path ? readableIn(file) : (others.get(file.path) ?? []);
  return assembled('', edited, edited.flatMap(read));
}

/** Who takes away what an alias elsewhere stands for has no policy left. */
function readableIn(file: PolicyFile): PolicyDocument[] {
  try {
    return documentsOf(file);
  } catch (error) {
    if (error instanceof PolicyError) return [];
    throw error;
  }
}

/** The policies in a file that have a say, in their order. */
export const policiesIn = ({ resources, exceptions, derivedRoles, exported }: Policies, path: string): Policy[] =>
  [...resources, ...exceptions, ...derivedRoles, ...exported].filter(({ document }) => document.path === path);

/** The same, and those that only a question for their version or scope asks. */
export const loadedIn = ({ loaded }: Pick<Policies, 'loaded'>, path: string): Policy[] =>
  loaded.filter(({ document }) => document.path === path);

/** The text of a schema by its name below `_schemas`. */
export const schemaText = ({ files }: Pick<Policies, 'files'>, name: string): string | undefined =>
  files.find(({ path }) => path === `_schemas/${name}`)?.text;

export const isSchema = (path: string): boolean => path.startsWith('_schemas/');

const documentsOf = ({ path, text }: PolicyFile): PolicyDocument[] => (isSchema(path) ? [] : documentsIn(path, text));

function assembled(hash: string, files: readonly PolicyFile[], documents: readonly PolicyDocument[]): Policies {
  const said = documents.flatMap((document) => policyOf(document) ?? []);
  const deciding = said.filter(({ document }) => document.decides);
  const isRead = ({ written }: PolicyDocument): boolean => written.errors.length === 0;
  return {
    hash,
    files,
    documents: documents.filter(isRead),
    loaded: said.filter(({ document }) => isRead(document)),
    resources: deciding.filter((it) => it.sort === 'resource'),
    exceptions: deciding.flatMap((it) => (it.sort === 'principal' || it.sort === 'role' ? it : [])),
    derivedRoles: deciding.filter((it) => it.sort === 'derived roles'),
    exported: deciding.flatMap((it) => (it.sort === 'variables' || it.sort === 'constants' ? it : [])),
  };
}
