import type { Scope } from '../../domain/vocabulary.ts';
import { ROLES } from '../../facts/membership.ts';
import { accessPath, CENTER_PATHS, PATH_FACTS, type AccessPath } from '../../facts/tiktok-account.ts';
import { valuesOf } from '../../facts/values.ts';
import { codesOf, factStep, plainStep, rungs, setDifference } from './fields.ts';
import type { Step } from './step.ts';
import { WHO, WHO_ELSE } from './who.ts';

/** What a path might be instead, and by which steps; null = it is gone. */
export interface PathOption {
  path: AccessPath | null;
  steps: readonly Step[];
}

const NOWHERE = accessPath();
/** Sets of scopes that a link can carry. */
const NAMED = (valuesOf(PATH_FACTS.granted.schema) as Scope[][]).filter((scopes) => scopes.length > 0);

/** What may become of a path that is there. */
export function pathOptions(path: AccessPath, at: number): PathOption[] {
  if (path.via === 'OWNER') return [];
  const fact = `/paths/${at}`;
  if (path.via === 'ACCOUNT_LINK') return linkOptions(path, fact);
  const others = CENTER_PATHS.filter(
    (to) =>
      (to.grant === path.grant || to.grant === 'ACTIVE' || isRevocation(path, to)) &&
      (!to.center_frozen || path.center_frozen),
  );
  const options = others.map((to): PathOption => ({ path: to, steps: centerSteps(path, to, fact) }));
  const cause = { who: WHO_ELSE.dismisses };
  const extent = [...rungs(ROLES, path.user_role, null), 'gone'];
  const gone: Step = { ...plainStep(fact, { from: path, to: null, extent, cause }), fact: `${fact}/user_role` };
  return [...options.filter(({ steps }) => steps.length > 0), { path: null, steps: [gone] }];
}

/** What was granted once stays on record. */
const isRevocation = (from: AccessPath, to: AccessPath): boolean => to.grant === 'REVOKED' && from.grant !== 'REVOKED';

/** A membership in another Business Center, and what may come with it. */
export function newCenterPaths(at: number): PathOption[] {
  const fact = `/paths/${at}`;
  return CENTER_PATHS.filter((to) => to.user_role !== null && !to.center_frozen).map((to) => {
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
    const path = accessPath({ via: 'ACCOUNT_LINK', grant: null, granted });
    const cause = { who: WHO_ELSE.links };
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

/** Facts of a path that change on their own. */
const FURTHER = (Object.keys(PATH_FACTS) as (keyof AccessPath)[]).filter(
  (name) => !['via', 'user_role', 'grant', 'granted', 'assigned'].includes(name),
);

/** What goes along with a step is told with it: whoever is no member any more has nothing assigned. */
function centerSteps(from: AccessPath, to: AccessPath, fact: string): Step[] {
  const like = (step: Step, name: string): Step => ({ ...step, like: name });
  const steps: Step[] = [];
  if (from.user_role !== to.user_role) steps.push(like(ownStep('user_role', from, to, fact), 'role'));
  if (from.grant !== to.grant || String(from.granted) !== String(to.granted)) {
    steps.push(like(grantStep(from, to, fact), 'grant'));
  }
  for (const name of FURTHER) if (from[name] !== to[name]) steps.push(like(ownStep(name, from, to, fact), name));
  if (String(from.assigned) === String(to.assigned)) return steps;
  const assigned = ownStep('assigned', from, to, fact);
  const taking = to.user_role === null ? 0 : to.grant === 'ACTIVE' ? null : steps.length - 1;
  const takes = taking === null ? undefined : steps[taking];
  if (taking === null || takes === undefined) return [...steps, like(assigned, 'assigned')];
  return steps.with(taking, { ...takes, changes: [...takes.changes, ...assigned.changes] });
}

function grantStep(from: AccessPath, to: AccessPath, fact: string): Step {
  const state = from.grant === to.grant ? [] : [{ fact: `${fact}/grant`, from: from.grant, to: to.grant }];
  const scopes = { fact: `${fact}/granted`, from: from.granted, to: to.granted };
  const changed = String(from.granted) === String(to.granted) ? [] : [scopes];
  const extent = [...(state.length > 0 ? [String(to.grant)] : []), ...setDifference(from.granted, to.granted)];
  const part = state.length > 0 ? 'grant' : 'granted';
  const codes = codesOf(PATH_FACTS[part], { beside: from, from: from[part], to: to[part] });
  const who = codes.length > 0 ? codes.map((code) => WHO[code]).join('; ') : PATH_FACTS[part].by;
  return { fact: `${fact}/grant`, extent: new Set(extent), changes: [...state, ...changed], codes, who };
}

/** The step of one fact of a path. */
function ownStep(name: keyof AccessPath, from: AccessPath, to: AccessPath, fact: string): Step {
  return factStep(`${fact}/${name}`, PATH_FACTS[name], { beside: from, name, to: to[name] });
}
