import type { Client } from 'pg';
import { factsDiffer, factsOf, storedFacts } from '../oracle/facts.ts';
import { register, revision } from '../oracle/play.ts';
import { confinedTo, told, type World } from '../oracle/world.ts';
import { write } from '../oracle/writes.ts';
import type { TestApp } from '../support/app.ts';
import { asSent, type Meaning } from './as-sent.ts';
import { freshWorld } from './base-world.ts';
import type { Fire } from './fire.ts';
import { formSamples, isGenuine, mutateForm, signedIn } from './forms.ts';
import { mutate } from './mutations.ts';
import { randomFrom } from './random.ts';
import { samples, type Keys } from './samples.ts';
import type { Reply, Shot } from './shot.ts';
import { answerComplaint, formComplaint } from './verdicts.ts';

/** As many as a world stands before it is made anew. */
const A_WORLD = 400;
/** What leaves no trace: that a consent was opened is written down. */
const READS = /^(?:GET|HEAD) (?!\/v1\/consents\/)/;
/** As many as go at once. */
const A_VOLLEY = 10;

/** What shoots at the service, and whence it is seen. */
export interface Range {
  app: TestApp;
  database: Client;
  keys: Keys;
  inProcess: Fire;
  overSocket: Fire;
  /** Hears of each answer that is not what the request, as it was sent, has to have. */
  report: (difference: string) => void;
}

/** What came of it, by status. */
export type Heard = Map<string, number>;

/** Sends mutants of good requests; which, the seed says. */
export async function barrage(range: Range, seed: number, shots: number): Promise<Heard> {
  const heard: Heard = new Map();
  for (let n = 0, world = seed; n < shots; world += 1) n += await oneWorld(range, world, heard);
  return heard;
}

/** Until so many are shot, or nobody knows any more what the world is. Answers how many. */
async function oneWorld(range: Range, seed: number, heard: Heard): Promise<number> {
  const random = randomFrom(seed);
  const at: Place = { range, world: await freshWorld(range), lost: false, heard };
  const good = samples(at.world, range.keys);
  const browsers = await signedIn(range.app);
  const forms = formSamples(browsers, at.world);
  let volley: Aimed[] = [];
  for (let n = 0; n < A_WORLD; n += 1) {
    const isForm = random.below(10) === 0;
    const sample = random.pick(isForm ? forms : good);
    const shot = isForm ? mutateForm(sample, browsers, random) : mutate(sample, random);
    // What a URL parser would tidy up goes over the wire as it is.
    const wire = shot.path !== sample.path || random.below(20) === 0;
    const meaning: Meaning = isForm
      ? { means: 'form', genuine: isGenuine(shot, browsers), doubtful: true }
      : asSent(shot, range.keys, at.world);
    const aimed = {
      name: `FUZZ_SEED=${seed}, number ${n}`,
      shot,
      meaning,
      fire: wire ? range.overSocket : range.inProcess,
    };
    const changes =
      isForm ||
      meaning.means === 'write' ||
      (meaning.means === 'nothing' && !READS.test(`${shot.method} ${plainly(shot.path)}`));
    if (!changes) volley.push(aimed);
    if (changes || volley.length === A_VOLLEY) {
      await together(at, volley);
      volley = [];
    }
    if (changes && !at.lost) await alone(at, aimed);
    if (at.lost) return n + 1;
  }
  await together(at, volley);
  return A_WORLD;
}

/** The path without the signs that need not be encoded. */
function plainly(path: string): string {
  return path.replaceAll(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

interface Place {
  range: Range;
  world: World;
  /** Something happened after which the world is not this one, or may not be. */
  lost: boolean;
  heard: Heard;
}

interface Aimed {
  name: string;
  shot: Shot;
  meaning: Meaning;
  fire: Fire;
}

/** Shoots, and holds the answer against what was sent. */
async function shoot(place: Place, { name, shot, meaning, fire }: Aimed): Promise<Fired> {
  const { range, world, heard } = place;
  const reply = await fire(shot);
  const label = `${meaning.means} ${reply.status}`;
  heard.set(label, (heard.get(label) ?? 0) + 1);
  const fired = {
    shot,
    meaning,
    reply,
    tell: (why: string) => range.report(inWords(why, name, shot, meaning, reply, world)),
  };
  // A busy machine may make the database or the PDP late. Nobody promises then whether a write happened.
  if (isUnavailable(reply)) {
    place.lost = true;
    return fired;
  }
  const taken = meaning.means === 'refused' && reply.status < 400 ? `taken, though ${meaning.why}` : null;
  const wrong = taken ?? formComplaint(shot, reply) ?? answerComplaint(seenBy(world, shot, range.keys), meaning, reply);
  if (wrong !== null) fired.tell(wrong);
  return fired;
}

/** The one server error that is declared. */
function isUnavailable({ status, body }: Reply): boolean {
  return status === 503 && body.code === 'unavailable';
}

interface Fired {
  shot: Shot;
  meaning: Meaning;
  reply: Reply;
  tell: (why: string) => void;
}

function seenBy(world: World, shot: Shot, keys: Keys): World {
  return shot.headers['Authorization']?.includes(keys.confined) === true ? confinedTo(world, ['bc1']) : world;
}

/** What may change nothing goes at once. */
async function together(place: Place, volley: Aimed[]): Promise<void> {
  if (volley.length === 0) return;
  const { database } = place.range;
  const before = await revision(database);
  const fired = await Promise.all(volley.map(async (aimed) => shoot(place, aimed)));
  if ((await revision(database)) === before) return;
  for (const { tell } of fired) tell('one of these wrote, though it may not');
  place.lost = true;
}

/** A write: the world is changed by just what was sent, or not at all. */
async function alone(place: Place, aimed: Aimed): Promise<void> {
  const { database } = place.range;
  const before = await revision(database);
  const { shot, meaning, reply, tell } = await shoot(place, aimed);
  if (isUnavailable(reply)) return;
  if (meaning.means === 'form') {
    place.lost = (await revision(database)) !== before;
    if (place.lost && !meaning.genuine) tell('a form that is not ours wrote');
    return;
  }
  const after = reply.status >= 400 && (await revision(database)) !== before ? 'refused, yet wrote' : null;
  const wrong = after ?? (await effectOf(place, meaning, reply, shot));
  if (wrong === null) return;
  tell(wrong);
  place.lost = true;
}

async function effectOf(place: Place, meaning: Meaning, reply: Reply, { method }: Shot): Promise<string | null> {
  if (meaning.means !== 'write' || method === 'OPTIONS') return null;
  const expected = structuredClone(place.world);
  const outcome = write(expected, meaning.write);
  if (reply.status >= 400) return outcome === 'done' && !meaning.doubtful ? 'refused what is right' : null;
  if (outcome === 'refused') return 'taken, though the rules refuse it';
  register(expected, meaning.write, reply);
  place.lost = outcome === 'undecided';
  place.world = expected;
  return place.lost ? null : factsDiffer(await storedFacts(place.range.database), factsOf(expected));
}

function inWords(why: string, name: string, shot: Shot, meaning: Meaning, reply: Reply, world: World): string {
  const { body, ...head } = shot;
  return [
    `${why} (${name})`,
    JSON.stringify(head),
    JSON.stringify(body?.toString('latin1')),
    `means ${JSON.stringify(meaning)}`,
    `answered ${reply.status} ${JSON.stringify(reply.body)}`,
    `in the world ${told(world)}`,
  ].join('\n');
}
