import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/http/app.ts';
import { httpServer } from '../../src/http/server.ts';
import { ADMIN_KEY, type TestApp } from './app.ts';
import { requestInit, type Answer, type CallOptions } from './call.ts';

/** A test application behind the real server, which is called by request lines that no URL parser has touched. */
export interface OverHttp {
  url: string;
  send: (method: string, target: string, options?: CallOptions) => Promise<Answer>;
  close: () => Promise<void>;
}

export async function overHttp(app: TestApp): Promise<OverHttp> {
  const server = httpServer(createApp(app.runtime.services), 75).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    send: async (method, path, options = {}) => {
      const { headers, body } = requestInit(method, { key: ADMIN_KEY, ...options });
      const bytes = Buffer.from(typeof body === 'string' ? body : '');
      const length = body === undefined ? {} : { 'Content-Length': bytes.length };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ port, method, path, headers: { ...(headers as Record<string, string>), ...length } }, resolve)
          .on('error', reject)
          .end(bytes);
      });
      const text = (await response.setEncoding('utf8').toArray()).join('');
      const json = /json/.test(response.headers['content-type'] ?? '');
      return {
        status: response.statusCode ?? 0,
        headers: new Headers(response.headers as Record<string, string>),
        body: json && text !== '' ? JSON.parse(text) : text,
      };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
