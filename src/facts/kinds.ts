import { ACCESS_REQUEST } from './access-request.ts';
import { AD_ACCOUNT_KIND } from './ad-account.ts';
import { BUSINESS_CENTER_KIND } from './business-center.ts';
import { readFacts, schemaOf, type Facts, type VectorOf } from './kind.ts';
import type { Loaded, Slice } from './slice.ts';
import { SPARKGATE_SERVICE } from './sparkgate-service.ts';
import { TIKTOK_ACCOUNT } from './tiktok-account.ts';

/** A kind whose relationships are stored here. */
export interface StoredFacts {
  facts: Facts;
  /** Facts that are sent where the policies' schema declares them; those of paths stand beside the paths. */
  optional: Facts;
  slices: readonly Slice[];
  /** SQL of the Business Centers that matter to its questions: n, kind, user_id, resource_id, bc_id, former. */
  centers: string;
  /** Whether the resource exists. */
  isKnown: (loaded: Loaded) => boolean;
}

/** Every kind whose relationships are stored here; other kinds are decided from what is sent and stored as entities. */
export const STORED_KINDS = {
  tiktok_account: TIKTOK_ACCOUNT,
  business_center: BUSINESS_CENTER_KIND,
  ad_account: AD_ACCOUNT_KIND,
  access_request: ACCESS_REQUEST,
} as const satisfies Readonly<Record<string, StoredFacts>>;
export type StoredKind = keyof typeof STORED_KINDS;

/** Every kind of ours, with its facts. */
export const KIND_FACTS = {
  tiktok_account: TIKTOK_ACCOUNT.facts,
  business_center: BUSINESS_CENTER_KIND.facts,
  ad_account: AD_ACCOUNT_KIND.facts,
  access_request: ACCESS_REQUEST.facts,
  sparkgate_service: SPARKGATE_SERVICE.facts,
} as const;

/** Whether the relationships of a kind are stored here. Anybody may name a kind, so names that every object has are none. */
export function isStoredKind(kind: string): kind is StoredKind {
  return Object.hasOwn(STORED_KINDS, kind);
}

/** A kind and its vector for one check. `known` = the resource exists. */
export type Projection = {
  [K in StoredKind]: { kind: K; known: boolean; vector: VectorOf<(typeof STORED_KINDS)[K]['facts']> };
}[StoredKind];

/** What is sent of each kind by one bundle of policies: the given facts, and the optional ones that it declares. */
export type Vocabulary = Readonly<Record<StoredKind, Facts>>;

/** What is sent where policies declare nothing more. */
export const GIVEN: Vocabulary = {
  tiktok_account: TIKTOK_ACCOUNT.facts,
  business_center: BUSINESS_CENTER_KIND.facts,
  ad_account: AD_ACCOUNT_KIND.facts,
  access_request: ACCESS_REQUEST.facts,
};

/** Projects the facts that hold between subject and resource on the fact vector of the resource's kind. */
export function project(loaded: Loaded, vocabulary: Vocabulary): Projection {
  const { kind } = loaded.question;
  if (!isStoredKind(kind)) throw new Error(`no facts are stored of the kind ${kind}`);
  const { isKnown }: StoredFacts = STORED_KINDS[kind];
  return { kind, known: isKnown(loaded), vector: readFacts(vocabulary[kind], loaded) } as Projection;
}

/** Whether what was loaded shows that the subject of a question is known. */
export function showsSubject(loaded: Loaded): boolean {
  const { kind, subjectType, subjectId, resourceId } = loaded.question;
  if (!isStoredKind(kind)) return false;
  const { slices, isKnown }: StoredFacts = STORED_KINDS[kind];
  if (subjectType === kind && subjectId === resourceId) return isKnown(loaded);
  return loaded.has(slices.filter(({ on }) => on.includes('subject')));
}

/** The schema of every kind's vector. */
export const VECTOR_SCHEMAS = {
  tiktok_account: schemaOf(KIND_FACTS.tiktok_account),
  business_center: schemaOf(KIND_FACTS.business_center),
  ad_account: schemaOf(KIND_FACTS.ad_account),
  access_request: schemaOf(KIND_FACTS.access_request),
  sparkgate_service: schemaOf(KIND_FACTS.sparkgate_service),
} as const;
