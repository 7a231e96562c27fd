import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { docsPage, type ApiDocument } from './page.ts';
import { DOCS_CSS } from './style.ts';

/** /openapi.json and /docs, both made from the schemas that validate. */
export function docs(document: (publicUrl: string) => unknown): Hono<Env> {
  return new Hono<Env>()
    .get('/openapi.json', (c) => c.json(JSON.parse(JSON.stringify(document(c.get('services').publicUrl())))))
    .get('/docs', (c) => c.html(docsPage(asApiDocument(document(c.get('services').publicUrl())))))
    .get('/docs/docs.css', (c) => c.body(DOCS_CSS, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
}

/** The generator's type has more than the page shows. */
function asApiDocument(document: unknown): ApiDocument {
  return document as ApiDocument;
}
