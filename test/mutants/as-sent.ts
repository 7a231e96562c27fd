import { gunzipSync } from 'node:zlib';
import type { World } from '../oracle/world.ts';
import type { Write } from '../oracle/writes.ts';
import { questionOf, semantics, type Asked } from './questions.ts';
import type { Keys } from './samples.ts';
import { Finding, id, open } from './shapes.ts';
import type { Shot } from './shot.ts';
import { readStrictly, Refused, type Json } from './strict-json.ts';
import { writeSent, type Actor } from './writes-sent.ts';

/** What a request means, as it was sent. Doubtful: the service may refuse it as well. */
export type Meaning =
  | { means: 'nothing'; doubtful: boolean }
  | { means: 'refused'; why: string }
  | { means: 'write'; write: Write; doubtful: boolean }
  /** Of a page; genuine: sent by a browser from a page of ours, in which this person is signed in. */
  | { means: 'form'; genuine: boolean; doubtful: boolean }
  | { means: 'evaluation'; asked: Asked; doubtful: boolean }
  | { means: 'evaluations'; asked: Asked[]; semantic: string; doubtful: boolean }
  | { means: 'search'; over: 'action' | 'resource' | 'subject'; asked: Asked; doubtful: boolean };

/** Reads a request by itself, strictly; nothing of the service is used. */
export function asSent(shot: Shot, keys: Keys, world: World): Meaning {
  const finding = new Finding();
  try {
    const { doubtful, ...meaning } = meaningOf(shot, keys, world, finding);
    return { ...meaning, doubtful: doubtful || finding.doubtful } as Meaning;
  } catch (error) {
    if (error instanceof Refused) return { means: 'refused', why: error.message };
    throw error;
  }
}

const refuse = (why: string): never => {
  throw new Refused(why);
};

function meaningOf(shot: Shot, keys: Keys, world: World, finding: Finding): Meaning & { doubtful: boolean } {
  const segments = segmentsOf(shot.path, finding);
  const headers = new Headers(shot.headers);
  if (shot.method === 'OPTIONS') return { means: 'nothing', doubtful: true };
  const [version, ...rest] = segments;
  // Who may know what there is else, and in which form, is tried elsewhere.
  if (version !== 'v1' && version !== 'access') return { means: 'nothing', doubtful: true };
  if (headers.has('X-Request-ID')) finding.doubt();
  const key = callerOf(headers.get('Authorization'), keys);
  // What is outside of a key's Business Centers may be forbidden, or unknown.
  if (key === 'confined') finding.doubt();
  if (version === 'access') return question(shot, rest, headers, finding);
  if (key === 'check') refuse('a key for checks alone');
  if (shot.method === 'GET' || shot.method === 'HEAD') return { means: 'nothing', doubtful: true };
  const actor = actorOf(headers.get('X-Actor'), finding);
  const bytes = (type = 'application/json'): Buffer => bytesOf(shot, headers, finding, type);
  const write = writeSent({
    method: shot.method,
    segments: rest,
    actor,
    world,
    finding,
    bytes,
    hasBody: shot.body !== null,
  });
  return write === null ? { means: 'nothing', doubtful: true } : { means: 'write', write, doubtful: key !== 'admin' };
}

/** The path as it stands: split first, decoded after. */
function segmentsOf(path: string, finding: Finding): string[] {
  const [before = ''] = path.split(/[?#]/);
  if (before !== path) finding.doubt();
  const segments = before.split('/').slice(1).map(decoded);
  if (segments.some((segment) => segment === '.' || segment === '..')) refuse('a dot segment');
  if (segments.at(-1) !== '') return segments;
  finding.doubt();
  return segments.slice(0, -1);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return refuse('no percent-encoded UTF-8');
  }
}

function callerOf(authorization: string | null, keys: Keys): keyof Keys {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const [name] = Object.entries(keys).find(([, key]) => key === token) ?? [];
  return (name as keyof Keys | undefined) ?? refuse('no such key');
}

function actorOf(header: string | null, finding: Finding): Actor | null {
  if (header === null) return null;
  const malformed = /%(?![0-9a-f]{2})/i.test(header);
  if (malformed || /[^\x20-\x7e]/.test(header)) finding.doubt();
  const read = malformed ? header : decoded(asUtf8(header));
  const [, type = '', named = ''] = /^(user|tiktok_account):(.+)$/s.exec(read) ?? refuse('no actor');
  const actor = { type, id: named };
  id(actor.id, finding);
  return actor;
}

/** What stands in a header byte for byte may be meant as UTF-8. */
function asUtf8(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? header : text;
}

/** The bytes of the body, as its headers say that they are to be read. */
function bytesOf({ body }: Shot, headers: Headers, finding: Finding, type: string): Buffer {
  encodingOf(headers, finding, type);
  const sent = body ?? refuse('no body');
  const bytes = headers.get('Content-Encoding') === 'gzip' ? unzipped(sent) : sent;
  if (!bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) return bytes;
  finding.doubt();
  return bytes.subarray(3);
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function unzipped(body: Buffer): Buffer {
  try {
    return gunzipSync(body);
  } catch {
    return refuse('no gzip');
  }
}

function encodingOf(headers: Headers, finding: Finding, type: string): void {
  const sent = headers.get('Content-Type');
  const lines = type === 'application/x-ndjson';
  const [is = '', ...parameters] = (sent ?? (lines ? type : '')).toLowerCase().split(';');
  if (is.trim() !== type) {
    // Lines are taken under any name.
    if (!lines && !/[/+](?:x-nd)?json$/.test(is.trim())) refuse('another content type');
    finding.doubt();
  }
  const charset = parameters.map((it) => it.trim()).find((it) => it.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) refuse('another charset');
  const encoding = headers.get('Content-Encoding') ?? 'gzip';
  if (encoding === 'identity' || encoding === '') finding.doubt();
  else if (encoding !== 'gzip') {
    refuse('another encoding');
    finding.doubt();
  }
}

function question(
  shot: Shot,
  [version, kind, over, ...further]: string[],
  headers: Headers,
  finding: Finding,
): Meaning & { doubtful: boolean } {
  const known =
    version === 'v1' &&
    ['evaluation', 'evaluations', 'search'].includes(kind ?? '') &&
    shot.method === 'POST' &&
    further.length === 0;
  if (!known) refuse('no such endpoint');
  // Which of them a check may ask for is tried elsewhere; nothing is allowed by it.
  if (headers.has('X-Sparkgate-Revision') || headers.has('X-Actor')) finding.doubt();
  const body = readStrictly(bytesOf(shot, headers, finding, 'application/json'));
  // Names that mean something to JavaScript, and depths that nobody needs, may be refused.
  if (depthOf(body) > 12 || hasName(body, '__proto__')) finding.doubt();
  if (kind === 'evaluation' && over === undefined)
    return { means: 'evaluation', asked: questionOf(body), doubtful: false };
  if (kind === 'evaluations' && over === undefined) return batch(body);
  if (over !== 'subject' && over !== 'resource' && over !== 'action') return refuse('no such search');
  if (body instanceof Map && body.has('page')) finding.doubt();
  return { means: 'search', over, asked: questionOf(body, over), doubtful: false };
}

function hasName(value: Json, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (value instanceof Map && value.has(name)) || [...value.values()].some((one) => hasName(one, name));
}

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...[...value.values()].map(depthOf));
}

const ENTITIES = new Set(['subject', 'action', 'resource']);

/** Of an item's entity the required fields alone may stand in the default (the certification's scenario, 3.2.7). */
function withDefaults(whole: Json | undefined, own: Json): Json {
  if (!(whole instanceof Map) || !(own instanceof Map)) return own;
  const required = [...whole].filter(([name]) => ['type', 'id', 'name'].includes(name));
  return new Map([...required, ...own]);
}

/** Each item takes what it lacks from the whole. */
function batch(body: Json): Meaning & { doubtful: boolean } {
  if (!(body instanceof Map)) return refuse('no object');
  const options = body.get('options');
  const named = options instanceof Map ? options.get('evaluations_semantic') : undefined;
  open(
    {},
    {
      options: open({}, { evaluations_semantic: semantics }),
      evaluations: (it) => void (Array.isArray(it) || refuse('no list')),
    },
  )(body, new Finding());
  const items = body.get('evaluations');
  if (!Array.isArray(items) || items.length === 0)
    return { means: 'evaluation', asked: questionOf(body), doubtful: false };
  const asked = items.map((item): Asked => {
    if (!(item instanceof Map)) return { refused: 'no object' };
    const own = [...item].map(([name, value]): [string, Json] => [
      name,
      ENTITIES.has(name) ? withDefaults(body.get(name), value) : value,
    ]);
    return questionOf(new Map([...body, ...own]));
  });
  return { means: 'evaluations', asked, semantic: typeof named === 'string' ? named : 'execute_all', doubtful: false };
}
