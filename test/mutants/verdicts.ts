import { complaint } from '../oracle/judge.ts';
import { actionsOf, decide, type Question } from '../oracle/rules.ts';
import { candidates } from '../oracle/search.ts';
import type { World } from '../oracle/world.ts';
import type { Meaning } from './as-sent.ts';
import type { Asked } from './questions.ts';
import type { Reply, Shot } from './shot.ts';

/** What is wrong with the form of any answer; null = nothing. */
export function formComplaint(shot: Shot, { status, headers, body }: Reply): string | null {
  if (status >= 500) return 'a server error';
  if (headers.get('X-Request-ID') === null) return 'no request id';
  if (status < 400 || shot.method === 'HEAD' || !/^\/(?:v1|access)\//.test(shot.path)) return null;
  // A URL parser may have made it a path of the pages.
  if (/\/(?:\.|%2e)/i.test(shot.path)) return null;
  if (!headers.get('Content-Type')?.startsWith('application/problem+json')) return 'no problem+json';
  const fits = body.status === status && /^[a-z_]+$/.test(body.code) && typeof body.request_id === 'string';
  return fits ? null : 'no problem of this answer';
}

/** What is wrong with an answer to a question, as it was sent; null = nothing. */
export function answerComplaint(world: World, meaning: Meaning, { status, body }: Reply): string | null {
  if (meaning.means === 'evaluation') return oneComplaint(world, meaning.asked, meaning.doubtful, status, body);
  if (meaning.means === 'evaluations') return batchComplaint(world, meaning, status, body);
  return meaning.means === 'search' ? searchComplaint(world, meaning, status, body) : null;
}

function oneComplaint(
  world: World,
  asked: Asked,
  doubtful: boolean,
  status: number,
  body: Reply['body'],
): string | null {
  if ('refused' in asked) return status >= 400 ? null : `answered, though ${asked.refused}`;
  if (status !== 200) return doubtful || asked.doubtful ? null : 'refused what is right';
  return complaint(decide(world, asked.question), { status, body });
}

function batchComplaint(
  world: World,
  { asked, semantic, doubtful }: Extract<Meaning, { means: 'evaluations' }>,
  status: number,
  body: Reply['body'],
): string | null {
  const wrong = asked.some((item) => 'refused' in item || item.doubtful);
  if (status !== 200) return doubtful || wrong ? null : 'refused what is right';
  const answers = body.evaluations as { decision: boolean; context: { error?: unknown } }[];
  const ends = { deny_on_first_deny: false, permit_on_first_permit: true }[semantic];
  const first = ends === undefined ? -1 : answers.findIndex(({ decision }) => decision === ends);
  if (answers.length !== (first < 0 ? asked.length : first + 1)) return `${answers.length} answers`;
  for (const [n, answer] of answers.entries()) {
    const item = asked[n] as Asked;
    const failed = 'refused' in item || (item.doubtful && answer.context.error !== undefined);
    const why = failed
      ? answer.decision
        ? 'allowed what cannot be asked'
        : null
      : oneComplaint(world, item, false, 200, answer);
    if (why !== null) return `${n}: ${why}`;
  }
  return null;
}

/** What is found has to be so, and where the search is at its end, all that is so has to be found. */
function searchComplaint(
  world: World,
  { asked, over, doubtful }: Extract<Meaning, { means: 'search' }>,
  status: number,
  body: Reply['body'],
): string | null {
  if ('refused' in asked) return status >= 400 ? null : `answered, though ${asked.refused}`;
  if (status !== 200) return doubtful || asked.doubtful ? null : 'refused what is right';
  const { question } = asked;
  const so = candidates(world, over, question).filter((each) => decide(world, each).decision);
  const name = (it: Question): string => (over === 'action' ? it.action.name : it[over].id);
  const found = (body.results as { id?: string; name?: string }[]).map((it) => it.id ?? it.name ?? '');
  const expected = new Set(so.map(name));
  const more = found.filter(
    (it) => !expected.has(it) && (over !== 'action' || actionsOf(question.resource.type).includes(it)),
  );
  if (more.length > 0) return `found ${more.join(' ')}`;
  const less = [...expected].filter((it) => !found.includes(it));
  return less.length > 0 && body.page.next_token === '' ? `not found ${less.join(' ')}` : null;
}
