import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, Record<string, ApiOperation> | undefined>;
  components?: { schemas?: Record<string, unknown> } & Record<string, Record<string, unknown> | undefined>;
}

interface ApiOperation {
  summary?: string;
  tags?: string[];
  parameters?: { name?: string; in?: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: {
    content?: Record<string, { schema?: unknown; examples?: Record<string, { summary?: string; value?: unknown }> }>;
  };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}

interface Listed extends ApiOperation {
  method: string;
  path: string;
}

/** The API for people: every operation of the OpenAPI document, by tag, without scripts. */
export function docsPage(document: ApiDocument): Html {
  const byTag = Map.groupBy(operations(document), (operation) => operation.tags?.[0] ?? 'Other');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/docs/docs.css" />
      </head>
      <body>
        <header>
          <h1>${document.info.title} <small>${document.info.version}</small></h1>
          <p>${document.info.description ?? ''} The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
          <nav>${[...byTag.keys()].map((tag) => html`<a href="#${slug(tag)}">${tag}</a> `)}</nav>
        </header>
        <main>
          ${[...byTag].map(
            ([tag, listed]) => html`<section id="${slug(tag)}">
              <h2>${tag}</h2>
              ${listed.map((operation) => card(operation))}
            </section>`,
          )}
          <section id="schemas">
            <h2>Schemas</h2>
            ${Object.entries(document.components?.schemas ?? {}).map(
              ([name, schema]) =>
                html`<details id="schema-${name}"><summary>${name}</summary>${json(schema)}</details>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
}

function operations(document: ApiDocument): Listed[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({
      ...operation,
      parameters: (operation.parameters ?? []).map((it) => resolved(document, it)),
      responses: Object.fromEntries(
        Object.entries(operation.responses ?? {}).map(([status, it]) => [status, resolved(document, it)]),
      ),
      method,
      path,
    })),
  );
}

/** What a reference names, such as `#/components/responses/Problem404`; anything else is itself. */
function resolved<Part extends object>({ components }: ApiDocument, part: Part): Part {
  const [, sort = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec('$ref' in part ? String(part.$ref) : '') ?? [];
  return (components?.[sort]?.[name] as Part | undefined) ?? part;
}

function card(operation: Listed): Html {
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  return html`<details>
    <summary><b class="${operation.method}">${operation.method.toUpperCase()}</b> <code>${operation.path}</code> ${operation.summary ?? ''}</summary>
    ${(operation.parameters ?? []).map(
      (parameter) =>
        html`<p><code>${parameter.name ?? ''}</code> in ${parameter.in ?? ''}${parameter.required ? ', required' : ''}. ${parameter.description ?? ''}</p>`,
    )}
    ${bodies.map(
      ([type, { schema, examples }]) => html`<h3>Body, ${type}</h3>${json(schema)}
        ${Object.entries(examples ?? {}).map(
          ([name, { summary, value }]) => html`<details><summary>${summary ?? name}</summary>${json(value)}</details>`,
        )}`,
    )}
    ${Object.entries(operation.responses ?? {}).map(
      ([status, { description, content }]) => html`<h3>${status} ${description ?? ''}</h3>
        ${Object.entries(content ?? {}).map(([type, { schema }]) => html`<p>${type}</p>${schema ? json(schema) : ''}`)}`,
    )}
  </details>`;
}

function json(schema: unknown): Html {
  return html`<pre>${asciiJson(schema, 2)}</pre>`;
}

function slug(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-');
}

/** JSON in ASCII: patterns hold characters that nobody sees, or that turn the text around them. */
export function asciiJson(value: unknown, space = 0): string {
  return JSON.stringify(value, null, space).replaceAll(
    /[\x7F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
