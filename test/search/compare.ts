import pLimit from 'p-limit';
import { ACTION_PROPERTIES } from '../../src/facts/action-properties.ts';
import type { Check } from '../../src/decision/check.ts';
import { prepare, type PreparedCheck } from '../../src/decision/prepare.ts';
import { loadFacts } from '../../src/facts/loader.ts';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { storedAttributes } from '../../src/facts/entity.ts';
import { isStoredKind, project } from '../../src/facts/kinds.ts';
import { poolQuery } from '../../src/store/open.ts';
import { overHttp } from './over-http.ts';
import { sql } from '../support/sql.ts';
import type { BundleApp } from './bundles.ts';
import { everything, SUBJECTS, UNKNOWN_IDS, type Frame, type Known } from './worlds.ts';

/** No rule names it, though some are about all actions. */
const UNNAMED = 'glob:unnamed';

/** Of so many triples one is asked over HTTP as well. */
const SAMPLE = 199;

interface Thing {
  type: string;
  id: string;
}

/** One question, and every answer that the service has to it. */
interface Triple {
  check: Check;
  /** Searches are about what is known. */
  known: boolean;
  /** An access request that names no account is found by no resource search. */
  findable: boolean;
}

export interface Outcome {
  triples: number;
  allowed: number;
  disagreements: string[];
}

/** Asks everything of a world in every way, and tells where two ways do not agree. */
export async function compare(it: BundleApp, frame: Frame): Promise<Outcome> {
  const all = await everything(it.world, null);
  const known = await everything(it.world, withinOf(frame));
  const unnamed = await sql<{ id: string }>(it.world, 'select id from access_request where tiktok_account_id is null');
  const hidden = new Set(unnamed.map(({ id }) => id));
  const outcome: Outcome = { triples: 0, allowed: 0, disagreements: [] };
  for (const kind of it.kinds) {
    const named = it.bundle.kinds.get(kind)?.actions ?? [];
    const actions = [...[...named].filter((name) => !name.includes('*')), UNNAMED];
    const resources = [...(all.get(kind) ?? []), UNKNOWN_IDS[kind] ?? 'unknown'].map((id) => ({ type: kind, id }));
    const triples = resources.flatMap((resource) =>
      SUBJECTS.flatMap((subject) =>
        actions.map((name) => ({
          check: checkOf(frame, subject, name, resource),
          known: isKnown(known, subject) && isKnown(known, resource),
          findable: resource.type !== 'access_request' || !hidden.has(resource.id),
        })),
      ),
    );
    await compareKind(it, triples, frame.limit, outcome);
  }
  return outcome;
}

const isKnown = (known: Known, { type, id }: Thing): boolean => known.get(type)?.has(id) === true;

function checkOf(frame: Frame, subject: Thing, name: string, resource: Thing): Check {
  const { bc_id: bcId, post, ...rest } = frame.own;
  const ofOwnKinds = {
    ...rest,
    ...(bcId !== undefined && { bc_id: bcId }),
    ...(frame.live ? { live: { live_id: 'l1' } } : post && { post }),
  };
  return {
    subject: { ...subject, properties: frame.subject },
    action: { name, properties: propertiesOf(resource.type, ofOwnKinds) ?? { soft: frame.soft } },
    resource: { ...resource, properties: frame.resource },
    context: frame.context,
    within: withinOf(frame),
    byPerson: false,
  };
}

/** Those that the kind takes; null for a kind that only policies know. */
function propertiesOf(kind: string, all: Record<string, unknown>): Record<string, unknown> | null {
  if (!isStoredKind(kind)) return null;
  const names = Object.keys(ACTION_PROPERTIES[kind].shape);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name) && !ofItself(kind, name)));
}

/** A Business Center's own id, which may be said with a check but names nothing else. */
const ofItself = (kind: string, name: string): boolean => kind === 'business_center' && name === 'bc_id';

/** What only another key may name is no question of this one. */
function withinOf({ own, within }: Frame): string[] | null {
  return own.bc_id === undefined || within === null ? within : [...within, own.bc_id];
}

async function compareKind(it: BundleApp, triples: readonly Triple[], limit: number, outcome: Outcome): Promise<void> {
  const prepared = triples.map(({ check }) => prepare(check));
  const { decider } = it.app.runtime.services;
  const [single, batch, direct, found] = await Promise.all([
    Promise.all(prepared.map(async (one) => (await decider.decide([one]))[0]?.decision === true)),
    inChunks(prepared, async (some) => (await decider.decide(some)).map(({ decision }) => decision)),
    inChunks(prepared, async (some) => directly(it, some)),
    searchAll(it, triples, limit),
  ]);
  for (const [index, { check, known, findable }] of triples.entries()) {
    const decided = single[index] === true;
    const ways = {
      evaluation: decided,
      evaluations: batch[index],
      direct: direct[index],
      'subject search': found.subject(check),
      'resource search': found.resource(check),
      // A search names the actions that rules name.
      'action search': found.action(check) || (check.action.name === UNNAMED && decided && known),
      ...(index % SAMPLE === 0 && check.within === null && (await overHttp(it.app, check, Math.max(limit, 3)))),
    };
    outcome.triples += 1;
    outcome.allowed += decided && known ? 1 : 0;
    for (const [way, answer] of Object.entries(ways)) {
      const isFound = decided && known && (findable || !way.includes('resource'));
      if (answer === (way.includes('search') ? isFound : decided)) continue;
      outcome.disagreements.push(`${it.name}: ${way} says ${answer} of ${JSON.stringify(check)}`);
    }
  }
}

async function inChunks<T, R>(items: readonly T[], work: (some: T[]) => Promise<R[]>): Promise<R[]> {
  const answers: R[] = [];
  for (let from = 0; from < items.length; from += 500) answers.push(...(await work(items.slice(from, from + 500))));
  return answers;
}

/** Past the decider and its memo: each question with the ids that it really has. */
async function directly(it: BundleApp, prepared: readonly PreparedCheck[]): Promise<boolean[]> {
  const query = await poolQuery(it.app.runtime.orm);
  const facts = await loadFacts(
    query,
    prepared.map(({ question }) => question),
  );
  const asked = prepared.map(({ check }, index): DecisionInput | null => {
    const { subject, action, resource, context } = check;
    const own = facts[index]!;
    const common = {
      kind: resource.type,
      action: action.name,
      roles: [subject.type],
      principalId: subject.id,
      resourceId: resource.id,
    };
    if (isStoredKind(resource.type)) {
      const { known, vector } = project(own, it.bundle.vocabulary);
      return known ? { ...common, principalAttr: {}, resourceAttr: { ...vector } } : null;
    }
    const resourceAttr = {
      ...storedAttributes(own, 'resource'),
      ...resource.properties,
      action: action.properties,
      context,
    };
    const principalAttr = { ...storedAttributes(own, 'subject'), ...subject.properties };
    return { ...common, principalAttr, resourceAttr };
  });
  const answers = await it.pdp.ask(asked.filter((question) => question !== null));
  let next = 0;
  return asked.map((question) => question !== null && answers[next++]?.allowed === true);
}

type Found = Record<'subject' | 'resource' | 'action', (check: Check) => boolean>;

const NAMES = {
  subject: ({ subject, action, resource }: Check) => JSON.stringify([subject.type, action.name, resource.id]),
  resource: ({ subject, action }: Check) => JSON.stringify([subject, action.name]),
  action: ({ subject, resource }: Check) => JSON.stringify([subject, resource.id]),
};

/** Every search in which one of the triples may come up, once. */
async function searchAll({ app }: BundleApp, triples: readonly Triple[], limit: number): Promise<Found> {
  const { search } = app.runtime.services;
  const atOnce = pLimit(32);
  const every = async (
    what: keyof Found,
    ask: (check: Check) => Promise<string[]>,
  ): Promise<Map<string, Set<string>>> => {
    const queries = new Map(triples.map(({ check }) => [NAMES[what](check), check]));
    const found = [...queries].map(async ([name, check]) => [name, onlyOnce(await atOnce(ask, check))] as const);
    return new Map(await Promise.all(found));
  };
  const pages = (moving: 'subject' | 'resource') => async (check: Check) => allPages(search, moving, check, limit);
  const [subjects, resources, actions] = await Promise.all([
    every('subject', pages('subject')),
    every('resource', pages('resource')),
    every('action', async (check) => (await search.actions(check)).names),
  ]);
  return {
    subject: (check) => subjects.get(NAMES.subject(check))?.has(check.subject.id) === true,
    resource: (check) => resources.get(NAMES.resource(check))?.has(check.resource.id) === true,
    action: (check) => actions.get(NAMES.action(check))?.has(check.action.name) === true,
  };
}

type Search = BundleApp['app']['runtime']['services']['search'];

async function allPages(
  search: Search,
  moving: 'subject' | 'resource',
  check: Check,
  limit: number,
): Promise<string[]> {
  const ids: string[] = [];
  // The id of what is sought counts for nothing.
  const asked = { ...check, [moving]: { ...check[moving], id: 'u1' } };
  for (let after = ''; ;) {
    const page = await search.find(moving, asked, { after, limit });
    if (page.ids.length > limit) throw new Error(`a page of ${limit} holds ${page.ids.length}`);
    ids.push(...page.ids);
    if (page.next === null) return ids;
    after = page.next;
  }
}

function onlyOnce(ids: readonly string[]): Set<string> {
  const distinct = new Set(ids);
  if (distinct.size !== ids.length) throw new Error(`found twice: ${ids.join(' ')}`);
  return distinct;
}
