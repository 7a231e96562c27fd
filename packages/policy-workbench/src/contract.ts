import type { Json } from '@sparkgate/cerbos-policies/json';

/** What the workbench knows of the service that asks the policies. */
export interface Contract {
  /** Kinds of which the service makes every attribute itself: of lists their order, and how often they hold something, tell nothing. */
  closedKinds: ReadonlySet<string>;
  /** What it fills of them, by kind, as a JSON Schema; one that is missing is filled as the policies' own schema says. */
  filled: ReadonlyMap<string, string>;
  /** Fields of closed kinds of which only the part between two numbers is sent that rules compare them with. */
  compared: ReadonlySet<string>;
  /** The roles that subjects come with. */
  roles: readonly string[];
  /** Those of them that a reviewer could mix up in a rule. */
  mistakableRoles: readonly string[];
  /** Names that are no kinds to write policies for. */
  reservedNames: ReadonlySet<string>;
  /** Objects that every resource comes with among its attributes, whatever its kind. */
  sentAlong: readonly string[];
  /** Subjects of the policy tests, by their role. */
  cast: Readonly<Record<string, string>>;
  words: Words;
}

/** How facts are said to people who know the domain and no JSON; null where a fact is said as any other. */
export interface Words {
  /** A subject, by its role. */
  subject: (role: string) => string | null;
  /** One fact of a vector. */
  fact: (name: string, value: Json, vector: Readonly<Record<string, Json>>) => string | null;
}

/** Policies of which nothing is known but what they say themselves. */
export const NO_SERVICE: Contract = {
  closedKinds: new Set(),
  filled: new Map(),
  compared: new Set(),
  roles: [],
  mistakableRoles: [],
  reservedNames: new Set(),
  sentAlong: [],
  cast: {},
  words: { subject: () => null, fact: () => null },
};
