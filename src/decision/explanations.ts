import { PAUSE_RECOMMENDED } from '../domain/account-grants/revoke-grant.ts';
import type { Check, Decision } from './check.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import { asSeen } from './sight.ts';
import type { Situation } from './situation.ts';
import type { Situations } from './situations.ts';
import type { AccessPath } from './vectors.ts';
import { whyNot } from './why-not.ts';

/** What follows from an answer of the PDP. */
export type Explained = Pick<Decision, 'decision' | 'via' | 'reasons' | 'obligations' | 'private'>;

/** A denial that nothing more is said of. */
export const DENIED: Explained = { decision: false, via: null, reasons: [], obligations: [], private: false };

/**
 * Explains decisions by their situations alone, so that an explanation is remembered as long as the PDP's answer itself.
 * Nothing that a situation does not hold may go into it.
 */
export class Explanations {
  readonly #situations: Situations;
  readonly #toKeys = new WeakMap<PdpAnswer, Promise<Explained>>();
  readonly #toPersons = new WeakMap<PdpAnswer, Promise<Explained>>();

  constructor(situations: Situations) {
    this.#situations = situations;
  }

  /** By which path a check was allowed, or every condition that is missing, as far as the asker may know. */
  async of(check: Check, situation: Situation, answer: PdpAnswer): Promise<Explained> {
    const remembered = check.byPerson ? this.#toPersons : this.#toKeys;
    const known = remembered.get(answer);
    if (known) return known;
    const explained = this.#explain(check, situation, answer);
    remembered.set(answer, explained);
    explained.catch(() => remembered.delete(answer));
    return explained;
  }

  async #explain(check: Check, situation: Situation, { allowed }: PdpAnswer): Promise<Explained> {
    if (allowed) return { ...DENIED, decision: true, via: await this.#via(check, situation) };
    if (!this.#situations.named(check)) return { ...DENIED, reasons: [{ code: 'UNKNOWN_ACTION' }], private: true };
    const allows = async (it: Situation): Promise<boolean> => this.#situations.allows(check, it);
    const seen = check.byPerson
      ? await asSeen(situation, async (it) => this.#situations.allowsAnything(check, it), allows)
      : situation;
    const { reasons } = await whyNot(seen ?? situation, allows);
    const obligations = adsMayRun(check, seen ?? situation) ? [PAUSE_RECOMMENDED] : [];
    return { ...DENIED, reasons, obligations, private: seen === null };
  }

  /** By which path an ALLOW came: each path satisfies a rule by itself, so each can be tried alone. */
  async #via(check: Check, { roles, projection }: Situation): Promise<Decision['via']> {
    if (projection.kind === 'business_center') return 'BUSINESS_CENTER';
    if (projection.kind === 'access_request') return projection.vector.owner ? 'OWNER' : 'BUSINESS_CENTER';
    const { paths } = projection.vector;
    const kinds = new Set(paths.map((path) => path.via));
    if (kinds.size === 1) return paths[0]?.via ?? null;
    const alone = async (path: AccessPath): Promise<boolean> =>
      this.#situations.allows(check, {
        roles,
        projection: { ...projection, vector: { ...projection.vector, paths: [path] } },
      });
    const allowed = await Promise.all(paths.map(alone));
    const ways = new Set(paths.filter((_, index) => allowed[index]).map((path) => path.via));
    return VIA.find((via) => ways.has(via)) ?? null;
  }
}

/** Where several paths allow, the one that a Business Center controls is named first. */
const VIA = ['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER'] as const;

/** Whether ads may be running that were created under a grant which was revoked since. */
function adsMayRun({ action }: Check, { projection }: Situation): boolean {
  return (
    action.name === 'create_spark_ad' &&
    projection.kind === 'tiktok_account' &&
    projection.vector.paths.some((path) => path.grant === 'REVOKED')
  );
}
