import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** What the service knows of the loaded policies. The policies themselves are read by Cerbos alone. */
export interface Bundle {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  kinds: ReadonlyMap<string, KindPolicy>;
}

/** What a kind's policy names and depends on. */
export interface KindPolicy {
  /** The actions that its rules name; they may hold Cerbos' globs (`view:*`). */
  actions: ReadonlySet<string>;
  /** The text mentions ids, so decisions depend on them. */
  mentionsIds: boolean;
  /** The text mentions the time, so decisions are not remembered. */
  mentionsTime: boolean;
}

interface PolicyDocument {
  text: string;
  resource: string | null;
  actions: string[];
  exports: string | null;
  imports: string[];
  /** Applies to whatever is decided: a principal policy, or a role policy. */
  everywhere: boolean;
}

/** Reads a policy folder. Whether the policies are right is for Cerbos to say; here only names are read. */
export async function readBundle(folder: string): Promise<Bundle> {
  const files = await bundleFiles(folder);
  const hash = createHash('sha256');
  const documents: PolicyDocument[] = [];
  for (const file of files) {
    const content = await readFile(join(folder, file), 'utf8');
    hash.update(`${file}\0${Buffer.byteLength(content)}\0`).update(content);
    if (!file.startsWith('_schemas/')) documents.push(...parseAllDocuments(content).map((it) => document(it.toJS())));
  }
  return { hash: hash.digest('hex'), kinds: kindsOf(documents) };
}

/** The files that Cerbos reads: hidden ones are not policies, and a mounted file may be a link. */
async function bundleFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.map((name) => name.replaceAll(sep, '/'));
  const candidates = paths.filter((path) => /\.(?:ya?ml|json)$/.test(path) && !/(?:^|\/)\./.test(path));
  const isFile = await Promise.all(candidates.map(async (path) => (await stat(join(folder, path))).isFile()));
  return candidates.filter((_, index) => isFile[index]).toSorted();
}

function kindsOf(documents: readonly PolicyDocument[]): Map<string, KindPolicy> {
  const kinds = new Map<string, KindPolicy>();
  const everywhere = documents.filter((it) => it.everywhere);
  for (const policy of documents.filter((it) => it.resource !== null)) {
    const text = [policy, ...everywhere, ...imported(policy, documents)].map((it) => it.text).join('\n');
    const known = kinds.get(policy.resource ?? '');
    kinds.set(policy.resource ?? '', {
      actions: new Set([...(known?.actions ?? []), ...policy.actions]),
      mentionsIds:
        (known?.mentionsIds ?? false) || everywhere.length > 0 || MENTIONS_IDS.test(text.replace(WITHOUT_IDS, '')),
      mentionsTime: (known?.mentionsTime ?? false) || MENTIONS_TIME.test(text),
    });
  }
  return kinds;
}

/** Parts of a request that hold no id. */
const WITHOUT_IDS = /\b(?:P|R|request\s*\.\s*(?:principal|resource))\s*\.\s*(?:attr|roles|kind|scope|policyVersion)\b/g;
/** Anything else of principal or resource may hold one: better to ask once too often than to answer for another. */
const MENTIONS_IDS = /\b(?:P|R|request)\b/;
const MENTIONS_TIME = /\b(?:now|timeSince)\s*\(/;

function imported(policy: PolicyDocument, documents: readonly PolicyDocument[]): PolicyDocument[] {
  const found = new Set<PolicyDocument>();
  const names = [...policy.imports];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    for (const it of documents) {
      if (it.exports !== name || found.has(it)) continue;
      found.add(it);
      names.push(...it.imports);
    }
  }
  return [...found];
}

type Node = Record<string, unknown>;

function document(content: unknown): PolicyDocument {
  const root = asNode(content);
  const resource = asNode(root['resourcePolicy']);
  const exporting = asNode(root['derivedRoles'] ?? root['exportVariables'] ?? root['exportConstants']);
  const body = root['resourcePolicy'] === undefined ? exporting : resource;
  return {
    text: expressions(content).join('\n'),
    resource: typeof resource['resource'] === 'string' ? resource['resource'] : null,
    actions: asList(resource['rules']).flatMap((rule) => asList(asNode(rule)['actions']).filter(isString)),
    exports: isString(exporting['name']) ? exporting['name'] : null,
    imports: [
      ...asList(body['importDerivedRoles']),
      ...asList(asNode(body['variables'])['import']),
      ...asList(asNode(body['constants'])['import']),
    ].filter(isString),
    everywhere: root['principalPolicy'] !== undefined || root['rolePolicy'] !== undefined,
  };
}

/** Keys whose values are names, not expressions. */
const NAMES = new Set([
  'name',
  'actions',
  'roles',
  'derivedRoles',
  'parentRoles',
  'importDerivedRoles',
  'import',
  'ref',
  'resource',
]);

/** Keys under which the policy's author names things: a variable called `resource` is an expression as any other. */
const NAMED_BY_AUTHOR = new Set(['local', 'definitions']);

function expressions(node: unknown, namedByAuthor = false): string[] {
  if (isString(node)) return [node];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) =>
    NAMES.has(key) && !isNode(child) && !namedByAuthor
      ? []
      : expressions(child, NAMED_BY_AUTHOR.has(key) && isNode(child)),
  );
}

const isNode = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === 'string';
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const asNode = (value: unknown): Node => (typeof value === 'object' && value !== null ? { ...value } : {});
