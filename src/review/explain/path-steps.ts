import { ALL_SCOPES } from '../../facts/membership.ts';
import type { AccessPath } from '../../facts/tiktok-account.ts';
import type { Scope, UserRole } from '../../domain/vocabulary.ts';
import { plainStep, rungs, setDifference, subsets, type Cause } from './plain-steps.ts';
import type { Step } from './step.ts';
import { WHO, WHO_ELSE } from './who.ts';

/** What a path might be instead, and by which steps; null = it is gone. */
export interface PathOption {
  path: AccessPath | null;
  steps: readonly Step[];
}

const NOWHERE: AccessPath = { via: 'BUSINESS_CENTER', user_role: null, grant: 'NONE', granted: [], assigned: [] };
const NAMED = subsets(ALL_SCOPES).filter((scopes) => scopes.length > 0);

/** Every path through a Business Center that there can be: assigned is what a member has of an active grant. */
const THROUGH_CENTERS: readonly AccessPath[] = ([null, 'STANDARD', 'ADMIN'] as const).flatMap((role) => [
  ...(['NONE', 'REVOKED'] as const).map((grant) => ({ ...NOWHERE, user_role: role, grant })),
  ...NAMED.flatMap((granted) =>
    (role === null ? [[]] : subsets(ALL_SCOPES)).map((assigned): AccessPath => ({
      ...NOWHERE,
      user_role: role,
      grant: 'ACTIVE',
      granted,
      assigned,
    })),
  ),
]);

/** What may become of a path that is there. */
export function pathOptions(path: AccessPath, at: number): PathOption[] {
  if (path.via === 'OWNER') return [];
  const fact = `/paths/${at}`;
  if (path.via === 'ACCOUNT_LINK') return linkOptions(path, fact);
  const others = THROUGH_CENTERS.filter(
    (to) => to.grant === path.grant || to.grant === 'ACTIVE' || isRevocation(path, to),
  );
  const options = others.map((to): PathOption => ({ path: to, steps: centerSteps(path, to, fact) }));
  const cause: Cause = { who: WHO_ELSE.dismisses };
  const extent = [...rungs(LADDER, path.user_role, null), 'gone'];
  const gone: Step = { ...plainStep(fact, { from: path, to: null, extent, cause }), fact: `${fact}/user_role` };
  return [...options.filter(({ steps }) => steps.length > 0), { path: null, steps: [gone] }];
}

/** What was granted once stays on record. */
const isRevocation = (from: AccessPath, to: AccessPath): boolean => to.grant === 'REVOKED' && from.grant !== 'REVOKED';

/** A membership in another Business Center, and what may come with it. */
export function newCenterPaths(at: number): PathOption[] {
  const fact = `/paths/${at}`;
  return THROUGH_CENTERS.filter((to) => to.user_role !== null).map((to) => {
    const steps = centerSteps(NOWHERE, to, fact).map((step) => {
      const isMembership = step.fact === `${fact}/user_role`;
      const appears = [{ fact, from: null, to: { ...NOWHERE, user_role: to.user_role } }];
      const { like = '' } = step;
      return { ...step, ...(isMembership ? { changes: appears } : {}), standsBehind: like };
    });
    return { path: to, steps };
  });
}

/** An account link where there is none. */
export function newLinkPaths(at: number): PathOption[] {
  return NAMED.map((granted) => {
    const path: AccessPath = { ...NOWHERE, via: 'ACCOUNT_LINK', grant: null, granted };
    const cause: Cause = { who: WHO_ELSE.links };
    return { path, steps: [plainStep(`/paths/${at}`, { from: null, to: path, extent: ['link', ...granted], cause })] };
  });
}

function linkOptions(path: AccessPath, fact: string): PathOption[] {
  const others = NAMED.filter((granted) => String(granted) !== String(path.granted));
  const changed = others.map((granted): PathOption => {
    const extent = setDifference(path.granted, granted);
    const step = plainStep(`${fact}/granted`, {
      from: path.granted,
      to: granted,
      extent,
      cause: { who: WHO_ELSE.links },
    });
    return { path: { ...path, granted }, steps: [step] };
  });
  const gone = plainStep(fact, { from: path, to: null, extent: ['gone'], cause: { who: WHO_ELSE.unlinks } });
  return [...changed, { path: null, steps: [gone] }];
}

const LADDER = [null, 'STANDARD', 'ADMIN'] as const;

/** What goes along with a step is told with it: whoever is no member any more has nothing assigned. */
function centerSteps(from: AccessPath, to: AccessPath, fact: string): Step[] {
  const like = (step: Step, name: string): Step => ({ ...step, like: name });
  const steps: Step[] = [];
  if (from.user_role !== to.user_role)
    steps.push(like(roleStep(from.user_role, to.user_role, `${fact}/user_role`), 'role'));
  if (from.grant !== to.grant || String(from.granted) !== String(to.granted)) {
    steps.push(like(grantStep(from, to, fact), 'grant'));
  }
  if (String(from.assigned) === String(to.assigned)) return steps;
  const assigned = assignedStep(from.assigned, to.assigned, `${fact}/assigned`);
  const taking = to.user_role === null ? 0 : to.grant === 'ACTIVE' ? null : steps.length - 1;
  const takes = taking === null ? undefined : steps[taking];
  if (taking === null || takes === undefined) return [...steps, like(assigned, 'assigned')];
  return steps.with(taking, { ...takes, changes: [...takes.changes, ...assigned.changes] });
}

/** From no member to member to administrator, or back. */
export function roleStep(from: UserRole | null, to: UserRole | null, fact: string): Step {
  return plainStep(fact, { from, to, extent: rungs(LADDER, from, to), cause: roleCause(from, to) });
}

function roleCause(from: UserRole | null, to: UserRole | null): Cause {
  if (to === null) return { who: WHO_ELSE.dismisses };
  if (from === 'ADMIN') return { who: WHO_ELSE.demotes };
  if (from === 'STANDARD') return { who: WHO.NOT_AN_ADMIN, codes: ['NOT_AN_ADMIN'] };
  if (to === 'STANDARD') return { who: WHO.NOT_A_MEMBER, codes: ['NOT_A_MEMBER'] };
  return { who: `${WHO.NOT_A_MEMBER}; ${WHO.NOT_AN_ADMIN}`, codes: ['NOT_A_MEMBER', 'NOT_AN_ADMIN'] };
}

function grantStep(from: AccessPath, to: AccessPath, fact: string): Step {
  const state = from.grant === to.grant ? [] : [{ fact: `${fact}/grant`, from: from.grant, to: to.grant }];
  const scopes = { fact: `${fact}/granted`, from: from.granted, to: to.granted };
  const changed = String(from.granted) === String(to.granted) ? [] : [scopes];
  const extent = [...(state.length > 0 ? [String(to.grant)] : []), ...setDifference(from.granted, to.granted)];
  const { who, codes = [] } = grantCause(from, to);
  return { fact: `${fact}/grant`, extent: new Set(extent), changes: [...state, ...changed], codes, who };
}

function grantCause(from: AccessPath, to: AccessPath): Cause {
  if (to.grant !== 'ACTIVE') return { who: WHO_ELSE.revokes };
  if (from.grant === 'REVOKED') return { who: WHO.GRANT_REVOKED, codes: ['GRANT_REVOKED'] };
  if (from.grant !== 'ACTIVE') return { who: WHO.NO_GRANT, codes: ['NO_GRANT'] };
  const adds = from.granted.every((scope) => to.granted.includes(scope));
  return adds ? { who: WHO.SCOPE_NOT_GRANTED, codes: ['SCOPE_NOT_GRANTED'] } : { who: WHO_ELSE.grantsLess };
}

function assignedStep(from: readonly Scope[], to: readonly Scope[], fact: string): Step {
  return plainStep(fact, { from, to, extent: setDifference(from, to), cause: assignedCause(from, to) });
}

function assignedCause(from: readonly Scope[], to: readonly Scope[]): Cause {
  if (to.length === 0) return { who: WHO_ELSE.unassigns };
  if (from.length === 0) return { who: WHO.NO_ASSIGNMENT, codes: ['NO_ASSIGNMENT'] };
  const adds = from.every((scope) => to.includes(scope));
  return adds ? { who: WHO.SCOPE_NOT_ASSIGNED, codes: ['SCOPE_NOT_ASSIGNED'] } : { who: WHO_ELSE.assignsOtherwise };
}
