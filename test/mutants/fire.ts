import { Agent, request, type IncomingMessage } from 'node:http';
import type { TestApp } from '../support/app.ts';
import type { Reply, Shot } from './shot.ts';

/** Sends a request as it stands; `port`: where the service listens. */
export type Fire = (shot: Shot) => Promise<Reply>;

/** Without a port, for what a URL parser leaves as it is. */
export function inProcess(app: TestApp): Fire {
  return async ({ method, path, headers, body }) => {
    const carries = method !== 'GET' && method !== 'HEAD' && body;
    const response = await app.request(`http://sparkgate.test${path}`, {
      method,
      headers,
      ...(carries && { body: Buffer.from(body) }),
    });
    return replyOf(response.status, response.headers, Buffer.from(await response.arrayBuffer()));
  };
}

/** Over one connection, so that what a request leaves behind meets the next. */
export function overSocket(port: number): Fire & { end: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const fire: Fire = async ({ method, path, headers, body }) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const length = body && { 'Content-Length': body.length };
      request({ agent, port, method, path, headers: { ...headers, ...length } }, resolve)
        .on('error', reject)
        .end(body ?? undefined);
    });
    const chunks = (await response.toArray()) as Buffer[];
    const heard = Object.entries(response.headersDistinct).flatMap(([name, values]) =>
      (values ?? []).map((value): [string, string] => [name, value]),
    );
    return replyOf(response.statusCode ?? 0, new Headers(heard), Buffer.concat(chunks));
  };
  return Object.assign(fire, { end: () => agent.destroy() });
}

function replyOf(status: number, headers: Headers, bytes: Buffer): Reply {
  const text = bytes.toString('utf8');
  const json = text !== '' && /[/+]json/.test(headers.get('Content-Type') ?? '');
  return { status, headers, body: json ? JSON.parse(text) : text };
}
