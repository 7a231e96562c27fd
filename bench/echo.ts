import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { serveParent, tell } from './child.ts';

/** The ceiling: hono that parses a JSON body and sends it back. */
const app = new Hono();
app.post('/', async (c) => c.json(await c.req.json<object>()));
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  tell({ url: `http://127.0.0.1:${port}/` });
});
serveParent(
  async () => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1e6 };
  },
  async () => {
    server.close();
  },
);
