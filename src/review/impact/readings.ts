import { asNode, isString } from '@sparkgate/cerbos-policies/yaml-node';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policy-files';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';

/** What a bundle says of one action of a kind. Where a variable errs, an action may be denied that does not use it. */
export const reading = (action: string, text: KindText): string =>
  JSON.stringify([rulesFor([action], text).map((rule) => [rule.text, rule.variables]), text.rules[0]?.variables ?? []]);

/** The schemas of a kind, and when they are ignored. */
export function schemasOf(files: readonly PolicyFile[], kind: string): string {
  const documents = files.flatMap((file) => file.documents.map((it) => asNode(it['resourcePolicy'])));
  const own = documents.filter((it) => it['resource'] === kind).map((it) => asNode(it['schemas']));
  const refs = own.flatMap((it) => Object.values(it).map((schema) => asNode(schema)['ref'])).filter(isString);
  const texts = refs.map((ref) => schemaText(files, ref.replace(/^cerbos:\/\/\//, '')));
  // What a schema refers to may be in any file.
  const further = texts.some((text) => text?.includes('$ref'))
    ? files.filter(({ path }) => path.startsWith('_schemas/')).map(({ text }) => text)
    : [];
  return JSON.stringify([own, texts, further]);
}

/** The text of a schema below `_schemas`. */
export const schemaText = (files: readonly PolicyFile[], name: string): string | undefined =>
  files.find(({ path }) => path === `_schemas/${name}`)?.text;

/** What a kind's schema says of one field. */
export function propertyText(files: readonly PolicyFile[], { schema }: KindText, field: string): string {
  const text = schema === null ? undefined : schemaText(files, schema);
  return JSON.stringify(asNode(asNode(JSON.parse(text ?? '{}'))['properties'])[field] ?? null);
}
