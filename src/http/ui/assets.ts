import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { routes } from '../routes.ts';

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'script.js': 'text/javascript; charset=utf-8',
  'selection.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
} as const;
type Name = keyof typeof TYPES;

const FOREVER = 'public, max-age=31536000, immutable';
const DAY = 'public, max-age=86400';

function read(name: Name): { text: string; hash: string } {
  const text = readFileSync(join(import.meta.dirname, name), 'utf8');
  return { text, hash: createHash('sha256').update(text).digest('base64url').slice(0, 16) };
}

const FILES: Readonly<Record<Name, { text: string; hash: string }>> = {
  'style.css': read('style.css'),
  'script.js': read('script.js'),
  'selection.js': read('selection.js'),
  'favicon.svg': read('favicon.svg'),
};

/** Where a file of the pages is: under its hash, so that it may be kept for ever. */
export function asset(name: Exclude<Name, 'favicon.svg'>): string {
  return `/ui/${FILES[name].hash}/${name}`;
}

/** The style, the script and the icon of all pages, read once. */
export const assets = new Hono<Env>();
for (const name of ['style.css', 'script.js', 'selection.js'] as const) {
  assets.get(asset(name), (c) =>
    c.body(FILES[name].text, 200, { 'Content-Type': TYPES[name], 'Cache-Control': FOREVER }),
  );
}
for (const path of [routes.favicon(), '/favicon.ico']) {
  assets.get(path, (c) =>
    c.body(FILES['favicon.svg'].text, 200, { 'Content-Type': TYPES['favicon.svg'], 'Cache-Control': DAY }),
  );
}
