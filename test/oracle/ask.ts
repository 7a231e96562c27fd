import type { Answer, CallOptions } from '../support/app.ts';
import { newKey } from '../support/keys.ts';
import { aimed } from './aim.ts';
import type { Caller, Step } from './histories.ts';
import type { Asked } from './questions.ts';
import { HELD } from './held.ts';
import { comparable, complaint, inWords } from './judge.ts';
import { count, type Stage } from './stage.ts';
import { twinOf } from './privacy.ts';
import { decide, type Question } from './rules.ts';
import { confinedTo, type World } from './world.ts';

type Ask = Extract<Step, { kind: 'ask' }>;

/** Asks all the questions, one by one or at once, each with its twin, and judges the answers. */
export async function ask(it: Stage, { caller, questions, how }: Ask): Promise<void> {
  const asked = placed(it.world, caller, questions);
  const twins = asked.map((question) => twinOf(it.world, caller, it.names, question));
  const bodies = asked.map((question, n) => withClaims(question, questions[n]?.claims === true));
  const others = twins.flatMap((twin, n) => (twin ? [withClaims(twin, questions[n]?.claims === true)] : []));
  const options = await credentials(it, caller, asked[0] as Question);
  const send = how === 'batch' ? atOnce : oneByOne;
  const answers = await send(it, options, [...bodies, ...others]);
  let next = asked.length;
  for (const [n, question] of asked.entries()) {
    const alike = twins[n] ? (answers[next++] as Answer) : null;
    judge(it, caller, question, answers[n] as Answer, alike);
  }
  const [alone] = how === 'batch' ? await oneByOne(it, options, bodies.slice(0, 1)) : answers;
  const same = alone?.status !== 200 || comparable(alone) === comparable(answers[0] as Answer);
  if (!same) it.report(`alone ${comparable(alone)}, in a batch ${comparable(answers[0] as Answer)}`);
}

/** What somebody would send who wants to talk themself into something; none of it counts. */
const CLAIMS = {
  user_role: 'ADMIN',
  advertiser_role: 'ADMIN',
  roles: ['ADMIN'],
  owner: true,
  status: 'PENDING',
  ad_authorization: true,
  paths: [{ via: 'OWNER', user_role: 'ADMIN', grant: 'ACTIVE', granted: ['POST', 'LIVE'], assigned: ['POST', 'LIVE'] }],
};

function withClaims({ subject, action, resource }: Question, claims: boolean): object {
  if (!claims) return { subject, action, resource };
  const properties = CLAIMS;
  return { subject: { ...subject, properties }, action, resource: { ...resource, properties }, context: properties };
}

/** The questions as they are asked in this world; a person asks about themself alone, whom the first of them names. */
export function placed(world: World, caller: Caller, all: Asked[]): Question[] {
  const questions = all.map(({ question, aim }) => withRequest(world, aim ? aimed(world, question, aim) : question));
  if (caller.as !== 'person') return questions;
  const self = personOf(questions[0] as Question);
  return questions.map((question) => ({ ...question, subject: self }));
}

/** That it is about a request was known when the question was made up; which, is known now. */
function withRequest(world: World, question: Question): Question {
  const { resource } = question;
  if (resource.type !== 'access_request') return question;
  const request = world.requests[Number(resource.id.slice(1))];
  return { ...question, resource: { ...resource, id: request?.id ?? 'no-request' } };
}

/** Who signs in: users, and owners of TikTok accounts; nobody else can. */
function personOf({ subject }: Question): Question['subject'] {
  return subject.type === 'tiktok_account' ? subject : { type: 'user', id: subject.id };
}

/** What a caller sees of the world. */
export function seenBy(it: Stage, caller: Caller): World {
  return caller.as === 'confined' ? confinedTo(it.world, it.names.centers.slice(0, caller.centers)) : it.world;
}

/** How the caller shows who they are. */
export async function credentials(it: Stage, caller: Caller, { subject }: Question): Promise<CallOptions> {
  if (caller.as === 'person') return { key: await it.tokenFor(subject) };
  if (caller.as === 'key') return {};
  const known = it.keys.get(caller.centers);
  if (known !== undefined) return { key: known };
  const { key } = await newKey(it.app, ['check'], it.names.centers.slice(0, caller.centers));
  it.keys.set(caller.centers, key);
  return { key };
}

async function oneByOne({ app }: Stage, options: CallOptions, bodies: object[]): Promise<Answer[]> {
  return Promise.all(bodies.map(async (body) => app.call('POST', '/access/v1/evaluation', { body, ...options })));
}

async function atOnce({ app }: Stage, options: CallOptions, bodies: object[]): Promise<Answer[]> {
  const answer = await app.call('POST', '/access/v1/evaluations', { body: { evaluations: bodies }, ...options });
  if (answer.status !== 200) throw new Error(`The batch answered ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.evaluations.map((body: unknown) => ({ ...answer, body }));
}

/** @param alike the answer about what does not exist, where the caller may not know that this does */
function judge(it: Stage, caller: Caller, question: Question, answer: Answer, alike: Answer | null): void {
  const verdict = decide(seenBy(it, caller), question);
  count(it.tally, `${caller.as} ${question.action.name} ${verdict.decision ? 'ALLOW' : 'DENY'}`);
  it.tally.checks += 1;
  const wrong = verdict.decision || !alike ? complaint(verdict, answer) : difference(answer, alike);
  if (wrong === null) return;
  it.report(
    `${wrong}\nasked by ${JSON.stringify(caller)}: ${JSON.stringify(question)}\n` +
      `expected ${inWords(verdict)}\nanswered ${answer.status} ${JSON.stringify(answer.body)}`,
  );
}

function difference(answer: Answer, alike: Answer): string | null {
  if (answer.body.decision === true) return 'a wrong ALLOW';
  return !HELD.reasons || comparable(answer) === comparable(alike)
    ? null
    : `differs from what is unknown: ${comparable(alike)}`;
}
