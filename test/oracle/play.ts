import type { Client } from 'pg';
import type { Answer } from '../support/app.ts';
import { tokenOf } from '../support/cast.ts';
import { aimedWrite } from './aim-writes.ts';
import { ask } from './ask.ts';
import { factsDiffer, factsOf, storedFacts } from './facts.ts';
import type { History } from './histories.ts';
import { search } from './search.ts';
import { send, type Service } from './send.ts';
import { count, type Stage, type Tally } from './stage.ts';
import { emptyWorld, told, type World } from './world.ts';
import { write, type Write } from './writes.ts';
import type { Line } from './written-facts.ts';

/** Plays a history on the service and beside it; by default the first difference throws, with the world as it was then. */
export async function play(service: Service, history: History, tally: Tally, report = fail): Promise<void> {
  await clear(service.database);
  const it: Stage = {
    ...service,
    names: history.names,
    world: emptyWorld(),
    keys: new Map(),
    tally,
    report: (difference) => report(`${difference}\nin the world ${told(it.world)}`),
  };
  await doWrite(it, { do: 'import', lines: possible(history.start) }, 'key');
  for (const step of history.steps) {
    if (step.kind === 'write') {
      const wanted = step.aim === null ? step.write : aimedWrite(it.world, step.write, step.aim);
      await doWrite(it, wanted, step.by);
    } else if (step.kind === 'ask') await ask(it, step);
    else await search(it, step);
  }
}

function fail(difference: string): never {
  throw new Error(difference);
}

/** Everything but keys and settings goes, so that each history is alone. */
export async function clear(database: Client): Promise<void> {
  await database.query(
    `set session_replication_role = replica;
    do $$ begin execute (select string_agg('delete from ' || quote_ident(relname), '; ') from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace
      and relname not in ('mikro_orm_migrations', 'api_key', 'known_limit', 'limit_check')); end $$;
    reset session_replication_role`,
  );
}

/** Those of the lines that the world can begin with. */
function possible(lines: Line[]): Line[] {
  const world = emptyWorld();
  return lines.filter((line) => write(world, { do: 'import', lines: [line] }) === 'done');
}

async function doWrite(it: Stage, wanted: Write, by: 'key' | 'person'): Promise<void> {
  const expected = structuredClone(it.world);
  const outcome = write(expected, wanted);
  if (outcome === 'undecided') return;
  const before = await revision(it.database);
  const answer = await send(it, it.world, wanted, by);
  count(it.tally, `${wanted.do} ${outcome}`);
  const done = answer.status < 300;
  const said = `${JSON.stringify(wanted)} is ${outcome}: ${answer.status} ${JSON.stringify(answer.body)}`;
  if (answer.status >= 500 || done !== (outcome === 'done')) it.report(said);
  const after = await revision(it.database);
  if (!done && after !== before) it.report(`refused, yet wrote: ${said}`);
  // What changed nothing answers the revision of now, and none of its own.
  const own = answer.headers.get('X-Sparkgate-Revision')?.split('.').length === 4;
  if (done && wanted.do !== 'expire' && own !== (after !== before)) it.report(`not the revision: ${said}`);
  const ends = wanted.do === 'revoke' || wanted.do === 'revoke as owner';
  if (done && ends && answer.body.obligations[0]?.code !== 'PAUSE_RECOMMENDED') it.report(`no obligation: ${said}`);
  if (done !== (outcome === 'done')) throw new Error(said);
  it.world = expected;
  register(it.world, wanted, answer);
  const differs = factsDiffer(await storedFacts(it.database), factsOf(it.world));
  if (differs !== null) it.report(`${said} left ${differs}`);
}

/** A request that was made is one of the world's from now on. */
export function register(world: World, wanted: Write, { status, body }: Pick<Answer, 'status' | 'body'>): void {
  if (wanted.do !== 'request' || status !== 201) return;
  const { id, consent_url: url } = body;
  world.requests.push({
    id,
    token: tokenOf(url),
    bcId: wanted.bcId,
    requestedBy: wanted.by,
    account: wanted.account,
    scopes: wanted.scopes,
    status: 'PENDING',
  });
}

export async function revision(database: Client): Promise<string | undefined> {
  const { rows } = await database.query<{ value: string }>('select count(*)::text as value from relationship_write');
  return rows[0]?.value;
}
