import { isDeepStrictEqual } from 'node:util';
import type { FactChange } from '../../decision/reasons/fact-changes.ts';
import type { ReasonCode } from '../../domain/errors.ts';
import { factsWith, type AnyFact, type Facts } from '../../facts/kind.ts';
import { STORED_KINDS, type Projection } from '../../facts/kinds.ts';
import { fieldsOf } from './fields.ts';
import { pathField } from './path-field.ts';
import type { Field, Standpoint } from './step.ts';
import type { Apart } from './equivalence-classes.ts';
import { WHO, WHO_ELSE } from './who.ts';

/** How the rules are asked: who may ask in place of who does, and what of the facts may then be otherwise. */
export interface Asking {
  apart: Apart;
  /** The check names a Business Center, so that no other counts. */
  isNamed: boolean;
}

type Vector = Projection['vector'];

const USER = ['user'];
const OWNER = ['tiktok_account'];

/** Who asks, and what holds. */
export interface Situation {
  roles: readonly string[];
  projection: Projection;
}

/** Somebody who might ask. */
interface Asker {
  roles: readonly string[];
  vector: Vector;
  who: string;
  codes: readonly ReasonCode[];
}

/** Whoever asks, and whoever else might: a user, the owner of the account, another account, and roles that rules name. */
export function standpointsOf({ roles, projection }: Situation, asking: Asking): Standpoint[] {
  const own: Standpoint = {
    roles,
    attr: { ...projection.vector },
    steps: [],
    fields: fieldsFor(projection, roles, asking),
  };
  const others = askers(projection, asking.apart.roles).filter(
    (it) => !isDeepStrictEqual(it.roles, roles) || !isDeepStrictEqual(it.vector, projection.vector),
  );
  const isAsUser = roles.includes('user');
  const different = others.filter((it) => !(isAsUser && it.roles.includes('user')));
  return [own, ...different.map((it) => standpointOf(it, { roles, projection }, asking))];
}

function standpointOf({ roles, vector, who, codes }: Asker, from: Situation, asking: Asking): Standpoint {
  const changes: FactChange[] = [
    ...changed('/principal/roles', from.roles, roles),
    ...Object.entries(vector).flatMap(([name, to]) =>
      changed(`/${name}`, from.projection.vector[name as keyof Vector] as unknown, to as unknown),
    ),
  ];
  const projection = { ...from.projection, vector } as Projection;
  const step = { fact: '/principal/roles', extent: new Set([JSON.stringify(changes)]), changes, codes, who };
  return { roles, attr: { ...vector }, steps: [step], fields: fieldsFor(projection, roles, asking) };
}

const changed = (fact: string, from: unknown, to: unknown): FactChange[] =>
  isDeepStrictEqual(from, to) ? [] : [{ fact, from, to }];

function askers(projection: Projection, named: readonly string[]): Asker[] {
  const further = named.filter((role) => ![...USER, ...OWNER].includes(role));
  const alone = impersonal(projection, false);
  const { facts }: { facts: Facts } = STORED_KINDS[projection.kind];
  const isOwned = Object.values(facts).some((it) => hasOwner(it));
  const owner: Asker = {
    roles: OWNER,
    vector: impersonal(projection, true),
    who: WHO.NOT_THE_OWNER,
    codes: ['NOT_THE_OWNER'],
  };
  return [
    ...(isOwned ? [owner] : []),
    { roles: USER, vector: alone, who: WHO_ELSE.user, codes: [] },
    { roles: OWNER, vector: alone, who: WHO_ELSE.account, codes: [] },
    ...further.map((role) => ({ roles: [role], vector: alone, who: `somebody who asks as ${role}`, codes: [] })),
  ];
}

const hasOwner = (it: AnyFact): boolean =>
  it.sort === 'list' ? it.instead.as === 'tiktok_account' : it.sort === 'fact' && it.as === 'tiktok_account';

/** The same without what belongs to whoever asks now. */
function impersonal({ kind, vector }: Projection, isOwner: boolean): Vector {
  const { facts }: { facts: Facts } = STORED_KINDS[kind];
  const values = Object.entries(facts).map(([name, it]) => [
    name,
    strangers(it, vector[name as keyof Vector], isOwner),
  ]);
  return Object.fromEntries(values) as Vector;
}

/** What a fact is where somebody asks who has nothing to do with the resource, or owns it. */
function strangers(it: AnyFact, now: unknown, isOwner: boolean): unknown {
  if (it.sort === 'list') return isOwner ? [factsWith(it.each, it.instead.element)] : [];
  if (it.sort === 'record' || !it.on.includes('subject')) return now;
  if (it.as === 'tiktok_account') return isOwner;
  return now === null ? null : it.ladder?.[0];
}

function fieldsFor({ kind, vector }: Projection, roles: readonly string[], { apart, isNamed }: Asking): Field[] {
  const { facts }: { facts: Facts } = STORED_KINDS[kind];
  const isUser = roles.includes('user');
  const paths = kind === 'tiktok_account' && isUser ? [pathField(vector.paths, isNamed, apart)] : [];
  return [...paths, ...fieldsOf(facts, vector, isUser)];
}
