import { z } from 'zod';
import type { AnyFact, Facts, Part } from './kind.ts';
import { KIND_FACTS, STORED_KINDS, type StoredFacts } from './kinds.ts';

// The page that tells reviewers every fact: docs/facts.md, which `npm run schemas` writes.

const HEAD = `# Facts

Everything that policies of the service's own kinds can read: what it means, its values, where it comes from, and who could change it. This page is generated from \`src/facts/\` by \`npm run schemas\`.

**Given** facts are always sent. **Optional** facts are sent where the schema of the kind declares them (\`_schemas/<kind>.json\` in the policy folder): its name and JSON Schema among the \`properties\`, and its name among those that are \`required\`. For a fact of a path, declare it in one sort of path: \`npm run schemas\` then writes every sort as it is sent. A rule that reads what is not declared is refused, with file and line, and so is a schema that does not take what is sent.

Every fact of a path stands in every sort of path; where it cannot vary it has the one value that the schema names there. A fact is loaded from what is stored of the parts of a check beside it, and changes with them alone.
`;

/** The text of the page. */
export function factsPage(): string {
  const kinds = Object.entries<Facts>(KIND_FACTS).map(([kind, given]) => {
    const stored: Readonly<Record<string, StoredFacts>> = STORED_KINDS;
    const optional = stored[kind]?.optional ?? {};
    return `\n## ${kind}\n\n${table('Given', given)}${Object.keys(optionalOf(given, optional)).length === 0 ? '' : `\n${table('Optional', optionalOf(given, optional))}`}`;
  });
  return `${HEAD}${kinds.join('')}`;
}

/** The optional facts of a kind and, by their lists, those of what is listed. */
function optionalOf(given: Facts, optional: Facts): Facts {
  const ofLists = Object.entries(given).flatMap(([name, it]) =>
    it.sort === 'list' ? Object.entries(it.optional).map(([part, fact]) => [`${name}[].${part}`, fact] as const) : [],
  );
  return { ...Object.fromEntries(ofLists), ...optional };
}

function table(title: string, facts: Facts): string {
  const rows = Object.entries(facts).flatMap(([name, it]) => rowsOf(name, it));
  return [
    `| ${title} | meaning | JSON Schema | from | changed by |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function rowsOf(name: string, it: AnyFact): string[] {
  const meaning = cell(it.schema.description ?? '');
  if (it.sort === 'fact') {
    return [`| \`${name}\` | ${meaning} | \`${cell(schemaText(it.schema))}\` | ${from(it.on)} | ${cell(it.by)} |`];
  }
  const [parts, within] = it.sort === 'list' ? [it.each, `${name}[]`] : [it.parts, name];
  const whole = it.sort === 'list' ? 'a list of records' : it.none === null ? 'a record, or null' : 'a record';
  const own = `| \`${name}\` | ${meaning} | ${whole} | | |`;
  return [own, ...Object.entries(parts).flatMap(([part, fact]) => rowsOf(`${within}.${part}`, fact))];
}

/** Without what is said beside it. */
function schemaText(schema: z.ZodType): string {
  const { $schema: _, ...said } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
  return JSON.stringify(said, (key, value: unknown) => (key === 'description' ? undefined : value));
}

const NAMES: Readonly<Record<Part, string>> = {
  subject: 'the subject',
  resource: 'the resource',
  center: 'the Business Center',
  ad_account: 'the ad account named',
  assignee: 'the user named',
};

const from = (on: readonly Part[]): string =>
  on.length === 0 ? 'the check itself' : on.map((it) => NAMES[it]).join(', ');

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
