import { asNode, isString } from '@sparkgate/cerbos-policies/yaml-node';
import { isSchema, schemaText, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';

/** What a bundle says of one action of a kind. Where a variable errs, an action may be denied that does not use it. */
export const reading = (action: string, text: KindText): string =>
  JSON.stringify([
    rulesFor([action], text)
      .map((rule) => JSON.stringify([rule.text, rule.variables.toSorted()]))
      .toSorted(),
    text.rules[0]?.variables.toSorted() ?? [],
  ]);

/** The schemas of a kind, and when they are ignored. */
export function schemasOf(policies: Policies, kind: string): string {
  const own = policies.resources.filter((it) => it.kind === kind).map(({ schemas }) => schemas);
  const refs = own.flatMap((it) => Object.values(it).map((schema) => asNode(schema)['ref'])).filter(isString);
  const texts = refs.map((ref) => schemaText(policies, ref.replace(/^cerbos:\/\/\//, '')));
  // What a schema refers to may be in any file.
  const further = texts.some((text) => text?.includes('$ref'))
    ? policies.files.filter(({ path }) => isSchema(path)).map(({ text }) => text)
    : [];
  return JSON.stringify([own, texts, further]);
}

/** What a kind's schema says of one field. */
export function propertyText(policies: Policies, { schema }: KindText, field: string): string {
  const text = schema === null ? undefined : schemaText(policies, schema);
  return JSON.stringify(asNode(asNode(JSON.parse(text ?? '{}'))['properties'])[field] ?? null);
}
