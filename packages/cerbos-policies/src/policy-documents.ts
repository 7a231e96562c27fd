import { isNode, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { expanded } from './expanded.ts';
import { PolicyError } from './policy-error.ts';
import { asNode, isString, type YamlNode } from './yaml-node.ts';

/** Where something stands in a document: the names of fields and the numbers of items down to it. */
export type Keys = readonly (string | number)[];

/** A policy as Cerbos reads it, merge keys resolved. */
export interface PolicyDocument {
  path: string;
  content: YamlNode;
  /** The same as it is written. */
  written: Document.Parsed;
  lines: LineCounter;
  /** The same with what aliases and merge keys stand for in their places. */
  expanded: () => Node | null;
  /** Whether it has a say where a question names neither a version nor a scope. */
  decides: boolean;
  /** File and line of what stands under these keys, or of what holds it where it was merged in. */
  placeOf: (keys: Keys) => { file: string; line: number };
  /** The same as one text. */
  locate: (...keys: Keys) => string;
  /** The line in which this is written, wherever it was merged from. */
  lineOf: (keys: Keys) => number;
}

/** Uses of anchors in one file: many for people, few for a machine. */
const MOST_ALIASES = 10_000;

/**
 * The policies in a text, without disabled ones. What is no YAML is for Cerbos to refuse, and is read here as far as it
 * goes. @throws PolicyError for aliases beyond measure
 */
export function documentsIn(path: string, text: string): PolicyDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', merge: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((written) => {
    const content = contentOf(path, written);
    return content['disabled'] === true ? [] : [documentOf(path, { content, written, lines })];
  });
}

function documentOf(
  path: string,
  { content, written, lines }: Pick<PolicyDocument, 'content' | 'written' | 'lines'>,
): PolicyDocument {
  const clone = once(() => {
    const copy: Document = written.clone();
    copy.contents = expanded(copy);
    return copy;
  });
  const line = (offset: number): number => lines.linePos(offset).line;
  return {
    path,
    content,
    written,
    lines,
    expanded: () => clone().contents,
    decides: decides(content),
    placeOf: (keys) => ({ file: path, line: line(positionOf(written, keys)) }),
    locate: (...keys) => `${path}:${line(positionOf(written, keys))}`,
    lineOf: (keys) => line(positionOf(clone(), keys)),
  };
}

/** The version that Cerbos takes where, as here, a question names none. */
const VERSION = 'default';

/** Policies of another version or scope are never asked. */
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

function positionOf(document: Pick<Document, 'getIn'>, keys: Keys): number {
  for (let length = keys.length; length > 0; length -= 1) {
    const node = document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** Makes a value once, when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
