import type { Answer } from '../support/app.ts';
import { credentials, placed, seenBy } from './ask.ts';
import type { Step } from './histories.ts';
import { twinOf } from './privacy.ts';
import { count, type Stage } from './stage.ts';
import { actionsOf, decide, knownness, type Question } from './rules.ts';
import { isKnownUser, type World } from './world.ts';

type Search = Extract<Step, { kind: 'search' }>;

/** Searches, and holds what is found against a check of everybody and everything there is. */
export async function search(it: Stage, step: Search): Promise<void> {
  const { caller, over } = step;
  // Who may do something to a thing is asked by services, not by people.
  if (caller.as === 'person' && over === 'subject') return;
  const [question] = placed(it.world, caller, [step.question]) as [Question];
  const world = seenBy(it, caller);
  const expected = candidates(world, over, question)
    .filter((each) => decide(world, each).decision)
    .map((each) => (over === 'action' ? each.action.name : each[over].id))
    .toSorted();
  const found = await allFound(it, step, question);
  count(it.tally, `${caller.as} search ${over} ${expected.length > 0 ? 'some' : 'none'}`);
  it.tally.checks += 1;
  if (JSON.stringify(found ?? []) === JSON.stringify(expected)) return;
  it.report(
    `The search over ${over} by ${JSON.stringify(caller)}: ${JSON.stringify(question)}\n` +
      `expected ${JSON.stringify(expected)}\nfound ${JSON.stringify(found)}`,
  );
}

/** Each that could be found, as a check of its own; about somebody unknown there is none. */
export function candidates(world: World, over: Search['over'], question: Question): Question[] {
  const { subject, action, resource } = question;
  if (over !== 'subject' && knownness(world, subject) === 'unknown') return [];
  if (over === 'action') {
    return actionsOf(resource.type).map((name) => ({ ...question, action: { ...action, name } }));
  }
  const { type } = question[over];
  const ids = {
    user: [...world.heardOf].filter((id) => isKnownUser(world, id)),
    tiktok_account: [...world.accounts.keys()],
    business_center: [...world.centers.keys()],
    ad_account: [...world.adAccounts]
      .filter(([, { bcId }]) => !world.within || world.within.includes(bcId ?? ''))
      .map(([id]) => id),
    // One that names no account is found by its link alone.
    access_request: world.requests.filter(({ account }) => account !== null).map(({ id }) => id),
  }[type];
  return (ids ?? []).map((id) =>
    over === 'subject' ? { ...question, subject: { ...subject, id } } : { ...question, resource: { ...resource, id } },
  );
}

/** Null = the key may not ask about this at all, since it is not of its Business Centers. */
async function allFound(it: Stage, { caller, over }: Search, question: Question): Promise<string[] | null> {
  const options = await credentials(it, caller, question);
  const { subject, action, resource } = question;
  const body = {
    subject: over === 'subject' ? { type: subject.type } : subject,
    action: over === 'action' ? { properties: action.properties } : action,
    resource: over === 'resource' ? { type: resource.type } : resource,
  };
  const found: string[] = [];
  for (let page: object = { limit: 2 }; ;) {
    const answer: Answer = await it.app.call('POST', `/access/v1/search/${over}`, {
      body: { ...body, page },
      ...options,
    });
    if (answer.status === 403 && twinOf(it.world, caller, it.names, question)) return null;
    if (answer.status !== 200) throw new Error(`search: ${answer.status} ${JSON.stringify(answer.body)}`);
    found.push(...answer.body.results.map(({ id, name }: { id?: string; name?: string }) => name ?? id ?? ''));
    const token: string = answer.body.page.next_token;
    if (token === '') break;
    page = { limit: 2, token };
  }
  const ours = over === 'action' ? found.filter((name) => actionsOf(resource.type).includes(name)) : found;
  return ours.toSorted();
}
