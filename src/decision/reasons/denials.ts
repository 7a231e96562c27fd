import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import type { Query } from '../../domain/context.ts';
import type { Reason } from '../../domain/errors.ts';
import { inSlices } from '../../domain/in-slices.ts';
import { loadBackground, type Background, type BackgroundQuestion } from '../../facts/background.ts';
import { distinctSorted } from '../../facts/kind.ts';
import { isStoredKind, showsSubject } from '../../facts/kinds.ts';
import type { FactLoader } from '../../facts/loader.ts';
import type { Loaded } from '../../facts/slice.ts';
import { accessPath } from '../../facts/tiktok-account.ts';
import { knowsSubjectType, type Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import { accountFacts, type StoredInput } from '../decision-input.ts';
import type { Policies } from '../policies.ts';
import type { Explained, Explanations } from './explanations.ts';
import type { AskBudget } from './ask-budget.ts';
import { reasonsOf } from './in-order.ts';

/** A check as its facts alone decide it. */
export interface Draft {
  check: Check;
  facts: Loaded;
  /** null: there is no such resource, or its relationships are not stored here. */
  input: StoredInput | null;
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
  readonly #policies: Policies;
  readonly #explanations: Explanations;

  constructor(parts: { bundle: Bundle; facts: FactLoader; policies: Policies; explanations: Explanations }) {
    this.#bundle = parts.bundle;
    this.#facts = parts.facts;
    this.#policies = parts.policies;
    this.#explanations = parts.explanations;
  }

  /** What every draft comes to; only those that need it are looked up, by one statement. @throws SparkgateError `unavailable` */
  async complete(drafts: readonly Draft[], query: Query | null, budget: AskBudget): Promise<Explained[]> {
    const open = drafts.filter(isOpen).map((draft) => ({ draft, question: this.#question(draft) }));
    if (open.length === 0) return drafts.map(({ explained }) => explained);
    const asked = open.filter((it): it is Asked => it.question !== null);
    const answers = await this.#load(asked, query);
    const background = new Map(asked.map(({ draft }, index) => [draft, answers[index]]));
    return inSlices(drafts, async (draft) =>
      isOpen(draft) ? this.#completed(draft, background.get(draft), budget) : draft.explained,
    );
  }

  async #load(asked: readonly Asked[], query: Query | null): Promise<Background[]> {
    if (asked.length === 0) return [];
    const questions = asked.map(({ question }) => question);
    return query ? loadBackground(query, questions) : this.#facts.loadBackground(questions);
  }

  /** null where the draft's own facts tell enough. */
  #question({ check, facts, input, explained }: Draft): BackgroundQuestion | null {
    const { question } = facts;
    const isStranger = explained.reasons.some(({ code }) => code === 'NO_GRANT') && !hasCenter(input);
    const mayBeUnknown = this.#knowsType(check) && !showsSubject(facts);
    if (!isStranger && !mayBeUnknown) return null;
    return {
      subjectType: question.subjectType,
      subjectId: question.subjectId,
      accountId: isStranger ? question.resourceId : null,
      bcId: question.properties.bc_id ?? null,
      within: question.within,
    };
  }

  async #completed(draft: Draft, background: Background | undefined, budget: AskBudget): Promise<Explained> {
    const { check, explained } = draft;
    const isHeld = background !== undefined && background.held.length > 0;
    const told = isHeld ? { ...explained, ...(await this.#whereHeld(draft, background.held, budget)) } : explained;
    if (!this.#knowsType(check)) return { ...told, reasons: reasonsOf([...told.reasons, UNKNOWN_TYPE]) };
    const isKnown = background?.subjectKnown !== false;
    return isKnown ? told : { ...told, reasons: reasonsOf([...told.reasons, UNKNOWN]) };
  }

  /** What a stranger lacks where Business Centers hold the account: to belong to one of them, and what that one has not. */
  async #whereHeld(
    { input, explained: { reasons, reasonsIncomplete } }: Draft,
    held: Background['held'],
    budget: AskBudget,
  ): Promise<Pick<Explained, 'reasons' | 'reasonsIncomplete'>> {
    const facts = input && accountFacts(input);
    if (input === null || facts === null) return { reasons, reasonsIncomplete };
    const paths = held.map((granted) => accessPath({ grant: 'ACTIVE', granted: [...granted] }));
    const resourceAttr = { ...facts, paths: distinctSorted([...facts.paths, ...paths]) };
    const beside: StoredInput = { ...input, resourceAttr };
    const answer = await this.#policies.answer(beside);
    // A rule that asks for no membership is out of reach for want of a path all the same.
    if (!answer.allowed) return this.#whereDenied(beside, answer, budget);
    return {
      reasons: reasons.map((it) => (it.code === 'NO_GRANT' ? { code: 'NOT_A_MEMBER' } : it)),
      reasonsIncomplete,
    };
  }

  async #whereDenied(
    input: StoredInput,
    answer: PdpAnswer,
    budget: AskBudget,
  ): Promise<Pick<Explained, 'reasons' | 'reasonsIncomplete'>> {
    const { reasons, reasonsIncomplete } = await this.#explanations.of(input, answer, false, budget);
    return { reasons, reasonsIncomplete };
  }

  #knowsType({ subject, resource }: Check): boolean {
    return knowsSubjectType(this.#bundle, resource.type, subject.type);
  }
}

function isOpen({ check, explained }: Draft): boolean {
  return !explained.decision && !check.byPerson && isStoredKind(check.resource.type);
}

interface Asked {
  draft: Draft;
  question: BackgroundQuestion;
}

const UNKNOWN: Reason = { code: 'UNKNOWN_SUBJECT' };
const UNKNOWN_TYPE: Reason = { code: 'UNKNOWN_SUBJECT', says: 'UNKNOWN_SUBJECT_TYPE' };

function hasCenter(input: StoredInput | null): boolean {
  const paths = (input && accountFacts(input)?.paths) ?? [];
  return paths.some(({ via }) => via === 'BUSINESS_CENTER');
}
