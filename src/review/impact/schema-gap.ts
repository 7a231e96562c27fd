import { isDeepStrictEqual } from 'node:util';
import { domainOf, valuesOf, type Domain } from '@sparkgate/policy-workbench/space/finite-domain';
import { schemaText, type Policies } from '@sparkgate/cerbos-policies/policies';
import { givenSchema } from '../../facts/vocabulary.ts';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';

/** A kind as one bundle has it. */
interface Schemed {
  policies: Policies;
  text: KindText;
}

/**
 * Says which situations of a kind only one bundle's schema admits: there is no space then that both can be asked about.
 * Null: both admit the same. @throws InfiniteDomain where a schema leaves something open
 */
export function schemaGap(base: Schemed, head: Schemed): string | null {
  const [before, after] = [fieldsOf(base), fieldsOf(head)];
  if (isDeepStrictEqual(before, after)) return null;
  const gained = lacks(before, after) ? ['the policies of the base refuse situations that the edited ones admit'] : [];
  const lost = lacks(after, before) ? ['the edited policies refuse situations that those of the base admit'] : [];
  const said = [...gained, ...lost];
  return said.length === 0 ? null : `the schema of ${head.text.kind} differs, and ${said.join(', and ')}`;
}

type Fields = ReadonlyMap<string, readonly unknown[]>;

/** The values of each field; null: there is no schema, and anything goes. */
function fieldsOf({ policies, text }: Schemed): Fields | null {
  const schema = text.schema === null ? undefined : schemaText(policies, text.schema);
  if (schema === undefined) return null;
  // What either declares beyond what is given is sent to it alone.
  const domain = domainOf(givenSchema(text.kind, JSON.parse(schema)));
  if (domain.sort !== 'record') return null;
  return new Map(domain.fields.map(([name, it]) => [name, [...valuesOf(single(it))]]));
}

/** Of a list of records, one of them. */
const single = (domain: Domain): Domain => (domain.sort === 'records' ? domain.of : domain);

/** Whether something is admitted by `others` and not by `fields`. */
function lacks(fields: Fields | null, others: Fields | null): boolean {
  if (fields === null) return false;
  if (others === null) return true;
  const values = (of: Fields, name: string): Set<string> =>
    new Set((of.get(name) ?? [undefined]).map((value) => (value === undefined ? 'absent' : JSON.stringify(value))));
  const names = new Set([...fields.keys(), ...others.keys()]);
  return [...names].some((name) => !values(others, name).isSubsetOf(values(fields, name)));
}
