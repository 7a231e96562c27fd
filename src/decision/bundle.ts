import { declaredIn } from './declared.ts';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { ANY_PART } from '@sparkgate/cerbos-policies/expression-reads';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';
import { kindsOf, rolesNamedIn, type KindPolicy } from '@sparkgate/cerbos-policies/kinds';
import { policiesOf, schemaText, type Policies } from '@sparkgate/cerbos-policies/policies';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { refuseMisreadings, sentence, strictReading } from '@sparkgate/cerbos-policies/strict/strict-reading';
import type { Senders } from '@sparkgate/cerbos-policies/strict/finding';
import { refuseHashCollisions } from '@sparkgate/cerbos-policies/rule-hash-collisions';
import { refuseMixedScopePermissions } from '@sparkgate/cerbos-policies/scope-permissions';
import { refuseUnsupportedSyntax } from '@sparkgate/cerbos-policies/unsupported-syntax';
import { asNode, isString } from '@sparkgate/cerbos-policies/yaml-node';
import { STORED_KINDS, type Vocabulary } from '../facts/kinds.ts';
import { policySchemas } from '../facts/policy-schemas.ts';
import { EVERYTHING, vocabularyOf } from '../facts/vocabulary.ts';

/** A kind that guards this service itself and is never asked about from outside. */
export const SERVICE_KIND = 'sparkgate_service';

/** A kind by whose policy a PDP tells which bundle it has loaded. */
export const BUNDLE_KIND = 'sparkgate_bundle';

/** Kinds about this service and its parts: nobody outside asks about them, or stores anything of them. */
export const KINDS_OF_THIS_SERVICE: readonly string[] = [SERVICE_KIND, BUNDLE_KIND];

/** What requests hold: of our own kinds what the service knows of them, of others also what callers say. */
export const SENDERS: Senders = {
  closedKinds: new Set([...Object.keys(STORED_KINDS), SERVICE_KIND]),
  filled: new Map(policySchemas(EVERYTHING).map(([file, text]) => [file.replace(/\.json$/, ''), text])),
  compared: new Set(['minute_of_day']),
  sentAlong: ['action', 'context'],
};

export function isOfThisService(kind: string): boolean {
  return KINDS_OF_THIS_SERVICE.includes(kind);
}

/** What the service knows of the loaded policies. The policies themselves are read by Cerbos alone. */
export interface Bundle {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  kinds: ReadonlyMap<string, KindPolicy>;
  /** The types of subjects that policies name as roles, those about this service apart. */
  subjectTypes: ReadonlySet<string>;
  /** What is sent of kinds whose relationships are stored here: what is given, and what their schemas declare beyond it. */
  vocabulary: Vocabulary;
  /** What hinders nothing and is hardly meant: sentences with file and line. */
  warnings: readonly string[];
}

/** Whether any rule about a kind names the action, or means it by a glob. */
export function namesAction({ kinds }: Bundle, kind: string, action: string): boolean {
  return matchesAny(kinds.get(kind)?.actions ?? [], action);
}

/** Whether a policy knows subjects of a type where a kind is concerned; otherwise nobody of that type is ever allowed. */
export function knowsSubjectType({ kinds, subjectTypes }: Bundle, kind: string, type: string): boolean {
  return subjectTypes.has(type) || kinds.get(kind)?.allowsAnyType === true;
}

/** Whether rules about an action may look at a part of what is sent, by its name. */
export function looksAt({ kinds }: Bundle, kind: string, action: string): (part: string) => boolean {
  const rules = kinds.get(kind)?.rules.filter(({ actions }) => matchesAny(actions, action)) ?? [];
  return (part) => rules.some(({ parts }) => parts.has(part) || parts.has(ANY_PART));
}

/**
 * Whether the answer to a question is worth remembering: it does not depend on the time, and names what rules name.
 * Names that somebody made up have no end.
 */
export function isLasting(
  bundle: Bundle,
  { kind, action, roles }: Pick<DecisionInput, 'kind' | 'action' | 'roles'>,
): boolean {
  const policy = bundle.kinds.get(kind);
  if (policy === undefined || policy.mentionsTime) return false;
  return (
    isOfThisService(kind) ||
    (namesAction(bundle, kind, action) && roles.every((it) => knowsSubjectType(bundle, kind, it)))
  );
}

/** Reads a policy folder. @throws PolicyError for what cannot be a bundle */
export async function readBundle(folder: string): Promise<Bundle> {
  return candidateBundle(policiesOf(await readPolicyFolder(folder)));
}

/** What policies say that are to decide. @throws PolicyError as {@link bundleOf}, and for what reads what is never sent */
export function candidateBundle(policies: Policies): Bundle {
  refuseMisreadings(policies, SENDERS);
  return bundleOf(policies);
}

/**
 * What policies say. Whether they are right is for Cerbos to say; here only names are read.
 * @throws PolicyError for what Cerbos would mix up or reads otherwise
 */
export function bundleOf(policies: Policies): Bundle {
  refuseUnsupportedSyntax(policies);
  refuseHashCollisions(policies);
  refuseMixedScopePermissions(policies);
  const kinds = kindsOf(policies);
  return {
    hash: policies.hash,
    kinds,
    subjectTypes: subjectTypesOf(policies),
    vocabulary: vocabularyOf(
      (kind) => {
        const schema = schemaTextOf(policies, kind);
        return schema === undefined ? null : declaredIn(schema);
      },
      (kind) => kinds.get(kind)?.numbers ?? [],
    ),
    warnings: [...inexactNumbers(policies), ...strictReading(policies, SENDERS).map(sentence)],
  };
}

/** The schema of a kind's resources; where its policies name several, that of the first. */
function schemaTextOf(policies: Policies, kind: string): string | undefined {
  const refs = policies.resources
    .filter((it) => it.kind === kind)
    .map(({ schemas }) => asNode(schemas['resourceSchema']));
  const ref = refs.map((it) => it['ref']).find(isString);
  return ref === undefined ? undefined : schemaText(policies, ref.replace(/^cerbos:\/\/\//, ''));
}

/** Facts are stored of users and TikTok accounts, so these are subjects whatever the policies say. */
function subjectTypesOf({ resources, exceptions, derivedRoles }: Policies): Set<string> {
  const about = resources.filter(({ kind }) => !isOfThisService(kind));
  return new Set(['user', 'tiktok_account', ...[...about, ...exceptions, ...derivedRoles].flatMap(rolesNamedIn)]);
}
