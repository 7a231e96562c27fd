import { isGlob, matchesAny, matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { refuseHashCollisions } from '@sparkgate/cerbos-policies/rule-hash-collisions';
import { refuseUnsupportedSyntax } from '@sparkgate/cerbos-policies/unsupported-syntax';
import { decidingDocuments } from '@sparkgate/cerbos-policies/policy-documents';
import { readPolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';

/** A kind that guards this service itself and is never asked about from outside. */
export const SERVICE_KIND = 'sparkgate_service';

/** A kind by whose policy a PDP tells which bundle it has loaded. */
export const BUNDLE_KIND = 'sparkgate_bundle';

/** Whether a kind is about this service and its parts: nobody outside asks about it, or stores anything of it. */
export function isOfThisService(kind: string): boolean {
  return kind === SERVICE_KIND || kind === BUNDLE_KIND;
}

/** What the service knows of the loaded policies. The policies themselves are read by Cerbos alone. */
export interface Bundle {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  kinds: ReadonlyMap<string, KindPolicy>;
  /** The types of subjects that policies name as roles, those about this service apart. */
  subjectTypes: ReadonlySet<string>;
  /** What hinders nothing and is hardly meant: sentences with file and line. */
  warnings: readonly string[];
}

/** What a kind's policy names and depends on. */
export interface KindPolicy {
  /** The actions that rules name for it, those of principal and role policies too; they may hold globs (`view:*`). */
  actions: ReadonlySet<string>;
  /** Its rules, in the order in which they are written. */
  rules: readonly RuleName[];
  /** The text mentions ids, so decisions depend on them. */
  mentionsIds: boolean;
  /** The text mentions the time, so decisions are not remembered. */
  mentionsTime: boolean;
  /** A rule, a derived role or a principal policy takes subjects of any type. */
  allowsAnyType: boolean;
}

/** A rule by its name, and the actions that it is about. */
export interface RuleName {
  name: string;
  effect: string;
  actions: readonly string[];
  /** The attributes that it looks at, itself or through variables and derived roles. */
  reads: readonly Attribute[];
}

/** A property of one side of a check, by its name. */
export interface Attribute {
  side: 'subject' | 'resource';
  name: string;
}

/** Whether any rule about a kind names the action, or means it by a glob. */
export function namesAction({ kinds }: Bundle, kind: string, action: string): boolean {
  return matchesAny(kinds.get(kind)?.actions ?? [], action);
}

/** Whether a policy knows subjects of a type where a kind is concerned; otherwise nobody of that type is ever allowed. */
export function knowsSubjectType({ kinds, subjectTypes }: Bundle, kind: string, type: string): boolean {
  return subjectTypes.has(type) || kinds.get(kind)?.allowsAnyType === true;
}

interface PolicyDocument {
  text: string;
  resource: string | null;
  rules: RuleName[];
  /** The roles that it names. */
  roles: string[];
  allowsAnyType: boolean;
  /** What its variables look at. */
  reads: Attribute[];
  /** What a principal or role policy says of kinds; a kind may be a glob. */
  says: { kind: string; actions: string[] }[];
  exports: string | null;
  imports: string[];
  /** Applies to whatever is decided: a principal policy, or a role policy. */
  everywhere: boolean;
}

/** Reads a policy folder. @throws PlatformError for what cannot be a bundle */
export async function readBundle(folder: string): Promise<Bundle> {
  return bundleOf(await readPolicyFolder(folder));
}

/**
 * What a policy folder says. Whether the policies are right is for Cerbos to say; here only names are read.
 * @throws PlatformError for what Cerbos would mix up or misread
 */
export function bundleOf(folder: PolicyFolder): Bundle {
  refuseUnsupportedSyntax(folder);
  refuseHashCollisions(folder);
  const { hash, files } = folder;
  const documents = [...files].flatMap(([path, content]) => decidingDocuments(path, content.toString('utf8')));
  const read = documents.map(({ content }) => document(content));
  return { hash, kinds: kindsOf(read), subjectTypes: subjectTypesOf(read), warnings: inexactNumbers(folder) };
}

/** Facts are stored of users and TikTok accounts, so these are subjects whatever the policies say. */
function subjectTypesOf(documents: readonly PolicyDocument[]): Set<string> {
  const about = documents.filter(({ resource }) => resource === null || !isOfThisService(resource));
  return new Set(['user', 'tiktok_account', ...about.flatMap(({ roles }) => roles)]);
}

function kindsOf(documents: readonly PolicyDocument[]): Map<string, KindPolicy> {
  const kinds = new Map<string, KindPolicy>();
  const everywhere = documents.filter((it) => it.everywhere);
  for (const policy of documents.filter((it) => it.resource !== null)) {
    const shared = imported(policy, documents);
    const text = [policy, ...everywhere, ...shared].map((it) => it.text).join('\n');
    const known = kinds.get(policy.resource ?? '');
    const reads = [...policy.reads, ...shared.flatMap((it) => attributesIn(it.text))];
    kinds.set(policy.resource ?? '', {
      actions: new Set([
        ...(known?.actions ?? []),
        ...policy.rules.flatMap((rule) => rule.actions),
        ...saidOf(policy.resource ?? '', everywhere),
      ]),
      rules: [...(known?.rules ?? []), ...policy.rules.map((rule) => ({ ...rule, reads: [...rule.reads, ...reads] }))],
      mentionsIds:
        (known?.mentionsIds ?? false) || everywhere.length > 0 || MENTIONS_IDS.test(text.replace(WITHOUT_IDS, '')),
      mentionsTime: (known?.mentionsTime ?? false) || MENTIONS_TIME.test(text),
      allowsAnyType: known?.allowsAnyType === true || [policy, ...everywhere, ...shared].some((it) => it.allowsAnyType),
    });
  }
  for (const { kind } of everywhere.flatMap(({ says }) => says)) {
    if (kinds.has(kind) || isGlob(kind)) continue;
    kinds.set(kind, {
      actions: new Set(saidOf(kind, everywhere)),
      rules: [],
      mentionsIds: true,
      mentionsTime: everywhere.some(({ text }) => MENTIONS_TIME.test(text)),
      allowsAnyType: everywhere.some((it) => it.allowsAnyType),
    });
  }
  return kinds;
}

/** The actions that principal and role policies name for a kind. */
function saidOf(kind: string, everywhere: readonly PolicyDocument[]): string[] {
  const about = everywhere.flatMap(({ says }) => says).filter((it) => matchesGlob(it.kind, kind));
  return about.flatMap(({ actions }) => actions);
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

function document(content: unknown): PolicyDocument {
  const root = asNode(content);
  const resource = asNode(root['resourcePolicy']);
  const exporting = asNode(root['derivedRoles'] ?? root['exportVariables'] ?? root['exportConstants']);
  const body = root['resourcePolicy'] === undefined ? exporting : resource;
  return {
    text: expressions(content).join('\n'),
    resource: typeof resource['resource'] === 'string' ? resource['resource'] : null,
    rules: asList(resource['rules']).map((rule) => ruleName(asNode(rule))),
    roles: rolesIn(root).filter((role) => role !== ANY_ROLE),
    allowsAnyType:
      root['principalPolicy'] !== undefined ||
      asList(resource['rules'] ?? exporting['definitions']).some((it) => allowsAnyType(asNode(it))),
    reads: attributesIn(expressions(body['variables'], true).join('\n')),
    says: [root['principalPolicy'], root['rolePolicy']].flatMap((policy) =>
      asList(asNode(policy)['rules']).map((rule) => sayingOf(asNode(rule))),
    ),
    exports: isString(exporting['name']) ? exporting['name'] : null,
    imports: [
      ...asList(body['importDerivedRoles']),
      ...asList(asNode(body['variables'])['import']),
      ...asList(asNode(body['constants'])['import']),
    ].filter(isString),
    everywhere: root['principalPolicy'] !== undefined || root['rolePolicy'] !== undefined,
  };
}

const ANY_ROLE = '*';

function rolesIn(root: YamlNode): string[] {
  const named = [
    ...asList(asNode(root['resourcePolicy'])['rules']),
    ...asList(asNode(root['derivedRoles'])['definitions']),
  ]
    .map((it) => asNode(it))
    .flatMap(({ roles, parentRoles }) => [...asList(roles), ...asList(parentRoles)]);
  return [...named, asNode(root['rolePolicy'])['role']].filter(isString);
}

/** Of a rule; or of a derived role, which some rule may allow. */
function allowsAnyType({ effect, roles, parentRoles }: YamlNode): boolean {
  return [...(effect === 'EFFECT_ALLOW' ? asList(roles) : []), ...asList(parentRoles)].includes(ANY_ROLE);
}

function ruleName({ name, effect, actions, condition }: YamlNode): RuleName {
  return {
    name: isString(name) ? name : '',
    effect: isString(effect) ? effect : '',
    actions: asList(actions).filter(isString),
    reads: attributesIn(expressions(condition).join('\n')),
  };
}

/** Of a principal policy's rule the actions are objects, of a role policy's they are names. */
function sayingOf({ resource, actions, allowActions }: YamlNode): { kind: string; actions: string[] } {
  const named = asList(actions).map((it) => asNode(it)['action']);
  return { kind: isString(resource) ? resource : '', actions: [...named, ...asList(allowActions)].filter(isString) };
}

const ATTRIBUTE = /\b(P|R|request\s*\.\s*(?:principal|resource))\s*\.\s*attr\s*(?:\.\s*(\w+)|\[\s*["'](\w+)["']\s*\])/g;

function attributesIn(text: string): Attribute[] {
  return [...text.matchAll(ATTRIBUTE)].map(([, of = '', name = '', quoted = '']) => ({
    side: of === 'P' || of.endsWith('principal') ? 'subject' : 'resource',
    name: name || quoted,
  }));
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
const NAMED_BY_AUTHOR = new Set(['local', 'definitions', 'variables', 'constants']);

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
