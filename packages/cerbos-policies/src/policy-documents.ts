import { isNode, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { PolicyError } from './policy-error.ts';
import type { PolicyFolder } from './policy-folder.ts';
import { asNode, isString, type YamlNode } from './yaml-node.ts';

/** A policy as Cerbos reads it, merge keys resolved. */
export interface PolicyDocument {
  path: string;
  content: YamlNode;
  /** The same as it is written. */
  written: Document.Parsed;
  lines: LineCounter;
  /** File and line of what stands under these keys, or of what holds it where it was merged in. */
  locate: (...keys: (string | number)[]) => string;
}

/** Uses of anchors in one file: many for people, few for a machine. */
const MOST_ALIASES = 10_000;

/**
 * The policies in a text that decide something, or that such policies import. What is no YAML is for Cerbos to refuse,
 * and is read here as far as it goes.
 */
export function decidingDocuments(path: string, text: string): PolicyDocument[] {
  try {
    return enabledDocuments(path, text).filter(({ content }) => decides(content));
  } catch (error) {
    if (error instanceof PolicyError) return [];
    throw error;
  }
}

/** All policies that Cerbos loads of a folder: a disabled one is none. @throws PolicyError for aliases beyond measure */
export const loadedPolicies = ({ files }: Pick<PolicyFolder, 'files'>): PolicyDocument[] =>
  [...files]
    .flatMap(([path, content]) => enabledDocuments(path, content.toString('utf8')))
    .filter(({ written }) => written.errors.length === 0);

function enabledDocuments(path: string, text: string): PolicyDocument[] {
  if (path.startsWith('_schemas/')) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', merge: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((written) => {
    const content = contentOf(path, written);
    const locate = (...keys: (string | number)[]): string => `${path}:${lines.linePos(positionOf(written, keys)).line}`;
    return content['disabled'] === true ? [] : [{ path, content, written, lines, locate }];
  });
}

/** The version that Cerbos takes where, as here, a question names none. */
const VERSION = 'default';

/** Questions of this service name neither a version nor a scope, so policies of another of them are never asked. */
function decides(content: YamlNode): boolean {
  return ['resourcePolicy', 'principalPolicy', 'rolePolicy'].every((sort) => {
    const { version, scope } = asNode(content[sort]);
    return (version ?? VERSION) === VERSION && (!isString(scope) || scope === '');
  });
}

function contentOf(path: string, document: Document.Parsed): YamlNode {
  try {
    return asNode(document.toJS({ maxAliasCount: MOST_ALIASES }));
  } catch (cause) {
    // Aliases without end, or to nothing.
    throw new PolicyError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function positionOf(document: Document.Parsed, keys: readonly (string | number)[]): number {
  for (let length = keys.length; length > 0; length -= 1) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
