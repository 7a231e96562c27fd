import { elements, outline } from './page.ts';
import type { Recording } from './recording.ts';

/** Headers that tell something of an answer. */
const HEADERS = [
  'content-type',
  'content-language',
  'cache-control',
  'content-security-policy',
  'referrer-policy',
  'location',
  'allow',
  'vary',
  'www-authenticate',
  'retry-after',
  'etag',
];

/** One request as it goes over the wire. */
export interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | undefined;
}

/** An answer; its text as it came. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Sends one request. */
export async function send(url: string, { method, path, headers = {}, body }: Sent): Promise<Answer> {
  const init = { method, headers, redirect: 'manual' as const, ...(body !== undefined && { body }) };
  const response = await fetch(`${url}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends one request and records what came back. */
export async function record(
  recording: Recording,
  url: string,
  name: string,
  sent: Sent,
  asked?: unknown,
): Promise<Answer> {
  const answer = await send(url, sent);
  recording.add(name, told(answer), asked);
  return answer;
}

/** What an answer is made of: JSON as it is, pages as their element tree, of pictures only the type. */
function told({ status, headers, text }: Answer): object {
  const found = HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : []));
  if (headers.has('x-sparkgate-revision')) found.push(['x-sparkgate-revision', '<revision>']);
  const cookies = headers.getSetCookie().map((it) => it.replace(/=[^;]*/, '=…').replace(/(Max-Age=)\d+/, '$1…'));
  const body = bodyOf(headers.get('content-type') ?? '', text);
  return { status, headers: Object.fromEntries(found), ...(cookies.length > 0 && { cookies }), body };
}

function bodyOf(type: string, text: string): unknown {
  if (text === '') return null;
  if (type.includes('json')) return JSON.parse(text) as unknown;
  if (type.includes('html')) return outline(text);
  if (type.includes('svg')) return [...new Set(elements(text).map(({ tag }) => tag))];
  if (type.startsWith('text/plain') && text.startsWith('# HELP')) return text.match(/^# TYPE .*$/gm);
  return `${text.length > 0 ? 'some' : 'no'} ${type}`;
}
