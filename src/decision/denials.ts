import type { Query } from '../domain/context.ts';
import type { Reason } from '../domain/errors.ts';
import { loadBackground, type Background, type BackgroundQuestion } from './background.ts';
import { knowsSubjectType, type Bundle } from './bundle.ts';
import type { Check } from './check.ts';
import type { Explained, Explanations } from './explanations.ts';
import type { FactLoader, FactQuestion, Facts } from './facts.ts';
import { NOWHERE } from './account-improvements.ts';
import { distinctSorted, isStoredKind, type Projection } from './project.ts';
import { reasonsOf } from './reasons.ts';
import type { Situation } from './situation.ts';
import type { Situations } from './situations.ts';
import type { AccessPath } from './vectors.ts';

/** A check as its facts alone decide it. */
export interface Draft {
  check: Check;
  question: FactQuestion;
  facts: Facts;
  /** null: there is no such resource, or its relationships are not stored here. */
  situation: Situation | null;
  explained: Explained;
}

/**
 * Makes the reasons of a key's denials true of the world, where that takes more than the check's own facts: whether the
 * subject is known at all, and whether anybody holds an account that the subject has no path to. People are told nothing
 * that hangs on it.
 */
export class Denials {
  readonly #bundle: Bundle;
  readonly #facts: FactLoader;
  readonly #situations: Situations;
  readonly #explanations: Explanations;

  constructor(parts: { bundle: Bundle; facts: FactLoader; situations: Situations; explanations: Explanations }) {
    this.#bundle = parts.bundle;
    this.#facts = parts.facts;
    this.#situations = parts.situations;
    this.#explanations = parts.explanations;
  }

  /** What every draft comes to; only those that need it are looked up, by one statement. @throws SparkgateError `unavailable` */
  async complete(drafts: readonly Draft[], query: Query | null): Promise<Explained[]> {
    const open = drafts.filter(isOpen).map((draft) => ({ draft, question: this.#question(draft) }));
    if (open.length === 0) return drafts.map(({ explained }) => explained);
    const asked = open.filter((it): it is Asked => it.question !== null);
    const answers = await this.#load(asked, query);
    const background = new Map(asked.map(({ draft }, index) => [draft, answers[index]]));
    return Promise.all(
      drafts.map(async (draft) => (isOpen(draft) ? this.#completed(draft, background.get(draft)) : draft.explained)),
    );
  }

  async #load(asked: readonly Asked[], query: Query | null): Promise<Background[]> {
    if (asked.length === 0) return [];
    const questions = asked.map(({ question }) => question);
    return query ? loadBackground(query, questions) : this.#facts.loadBackground(questions);
  }

  /** null where the draft's own facts tell enough. */
  #question({ check, question, facts, situation, explained }: Draft): BackgroundQuestion | null {
    const isStranger = explained.reasons.some(({ code }) => code === 'NO_GRANT') && !hasCenter(situation?.projection);
    const mayBeUnknown = this.#knowsType(check) && !isEvident(check, facts);
    if (!isStranger && !mayBeUnknown) return null;
    return {
      subjectType: question.subjectType,
      subjectId: question.subjectId,
      accountId: isStranger ? question.resourceId : null,
      bcId: question.properties.bc_id ?? null,
      within: question.within,
    };
  }

  async #completed(draft: Draft, background: Background | undefined): Promise<Explained> {
    const { check, explained } = draft;
    const isHeld = background !== undefined && background.held.length > 0;
    const reasons = isHeld ? await this.#whereHeld(draft, background.held) : explained.reasons;
    if (!this.#knowsType(check)) return { ...explained, reasons: reasonsOf([...reasons, UNKNOWN_TYPE]) };
    const isKnown = background?.subjectKnown !== false;
    return isKnown ? { ...explained, reasons } : { ...explained, reasons: reasonsOf([...reasons, UNKNOWN]) };
  }

  /** What a stranger lacks where Business Centers hold the account: to belong to one of them, and what that one has not. */
  async #whereHeld(draft: Draft, held: Background['held']): Promise<readonly Reason[]> {
    const { check, situation } = draft;
    const { reasons } = draft.explained;
    if (situation?.projection.kind !== 'tiktok_account') return reasons;
    const { roles, projection } = situation;
    const paths = held.map((granted) => ({ ...OF_OTHERS, granted }));
    const vector = { ...projection.vector, paths: distinctSorted([...projection.vector.paths, ...paths]) };
    const beside: Situation = { roles, projection: { ...projection, vector } };
    const answer = await this.#situations.answer(check, beside);
    // A rule that asks for no membership is out of reach for want of a path all the same.
    if (answer.allowed) return reasons.map((it) => (it.code === 'NO_GRANT' ? { code: 'NOT_A_MEMBER' } : it));
    return (await this.#explanations.of(check, beside, answer)).reasons;
  }

  #knowsType({ subject, resource }: Check): boolean {
    return knowsSubjectType(this.#bundle, resource.type, subject.type);
  }
}

function isOpen({ check, question, explained }: Draft): boolean {
  return !explained.decision && !check.byPerson && isStoredKind(question.kind);
}

interface Asked {
  draft: Draft;
  question: BackgroundQuestion;
}

const UNKNOWN: Reason = { code: 'UNKNOWN_SUBJECT' };
const UNKNOWN_TYPE: Reason = { code: 'UNKNOWN_SUBJECT', says: 'UNKNOWN_SUBJECT_TYPE' };

/** The path of somebody else's Business Center that holds the account. */
const OF_OTHERS: Omit<AccessPath, 'granted'> = { ...NOWHERE, grant: 'ACTIVE' };

function hasCenter(projection: Projection | undefined): boolean {
  return projection?.kind === 'tiktok_account' && projection.vector.paths.some(({ via }) => via === 'BUSINESS_CENTER');
}

/** Whether the facts of a check show that its subject is known, and known to the key. */
function isEvident({ subject, resource, within }: Check, { rows }: Facts): boolean {
  if (subject.type === resource.type && subject.id === resource.id)
    return rows.some(({ fact }) => fact === resource.type);
  const inSight = rows.filter(({ bc_id: bcId }) => bcId === null || within === null || within.includes(bcId));
  return inSight.some(({ fact, a, b }) => {
    switch (fact) {
      case 'path':
      case 'business_center':
        return a !== null;
      case 'access_request':
        return b !== null;
      case 'link':
      case 'advertiser_role':
        return true;
      default:
        return false;
    }
  });
}
