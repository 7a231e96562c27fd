import { leavesOf } from '../condition.ts';
import { expression, UnreadableExpression } from '../expressions.ts';
import { matchesGlob } from '../glob.ts';
import { importedBy } from '../kinds.ts';
import { schemaText, type Policies } from '../policies.ts';
import type { Keys, PolicyDocument } from '../policy-documents.ts';
import type { DerivedRoles, Exceptions, Exported, ResourcePolicy, Rule } from '../policy.ts';
import { asNode, isString } from '../yaml-node.ts';
import type { Finding, Senders } from './finding.ts';
import { plainAt, shapeAt, type Misreading } from './reader.ts';
import { rootsOf } from './roots.ts';
import { shapeOfSchema } from './shape-of-schema.ts';
import { closed, sentRecord, UNKNOWN, withoutUnfilled, type Shape } from './shape.ts';

/** One expression, and where it stands. */
interface Place {
  text: string;
  document: PolicyDocument;
  keys: Keys;
}

/** Reads what the policies say of one kind. */
export class KindReader {
  readonly #policies: Policies;
  readonly #policy: ResourcePolicy;
  readonly #isClosed: boolean;
  readonly #roots: ReadonlyMap<string, Shape>;
  readonly #shared: readonly (DerivedRoles | Exported)[];
  /** The names that the schema declares, and that nobody fills. */
  readonly #unfilled = new Set<string>();
  readonly #found: Finding[] = [];
  readonly #variables = new Map<PolicyDocument, Map<string, Shape>>();

  constructor(policies: Policies, policy: ResourcePolicy, { closedKinds, sentAlong, filled }: Senders) {
    this.#policies = policies;
    this.#policy = policy;
    this.#isClosed = closedKinds.has(policy.kind);
    this.#shared = importedBy(policy, policies);
    const own = filled.get(policy.kind);
    const resource = this.#filled(this.#schema('resourceSchema', sentAlong), own);
    // Of subjects of such a kind nothing is filled.
    const subject = this.#filled(this.#schema('principalSchema', []), own === undefined ? own : '{}');
    this.#roots = rootsOf({ resource, subject, isClosed: this.#isClosed });
  }

  findings(): Finding[] {
    const policy = this.#policy;
    for (const name of Object.keys(policy.variables.local)) this.#variable(name, policy);
    for (const rule of policy.rules) this.#rule(rule, policy);
    const named = new Set(policy.rules.flatMap(({ derivedRoles }) => derivedRoles));
    for (const roles of this.#shared) {
      if (roles.sort !== 'derived roles') continue;
      for (const { name, condition } of roles.definitions) {
        if (!named.has(name)) continue;
        for (const leaf of leavesOf(condition)) {
          this.#read({ text: leaf.expr, document: roles.document, keys: leaf.keys }, roles);
        }
      }
    }
    for (const exceptions of this.#policies.exceptions) this.#exceptions(exceptions);
    return this.#found;
  }

  #exceptions(exceptions: Exceptions): void {
    for (const { resource, rules } of exceptions.rules) {
      if (!matchesGlob(resource, this.#policy.kind)) continue;
      for (const rule of rules) this.#rule(rule, exceptions);
    }
  }

  #rule(rule: Rule, of: ResourcePolicy | Exceptions): void {
    const { document } = of;
    for (const { expr, keys } of leavesOf(rule.condition)) this.#read({ text: expr, document, keys }, of);
    const { expr, when } = rule.output;
    if (isString(expr)) this.#read({ text: expr, document, keys: [...rule.keys, 'output', 'expr'] }, of);
    for (const [event, text] of Object.entries(asNode(when))) {
      if (isString(text)) this.#read({ text, document, keys: [...rule.keys, 'output', 'when', event] }, of);
    }
  }

  /** Reads an expression that must come to a value without parts. */
  #read(place: Place, of: WithNames): void {
    this.#at(place, of, plainAt);
  }

  #at(place: Place, of: WithNames, shapeOf: typeof shapeAt): Shape {
    const found: Misreading[] = [];
    try {
      const shape = shapeOf(expression(place.text).node, {
        strict: this.#isClosed,
        // Of what cannot be told the first tells enough: all around it cannot be told either.
        found: (it) => {
          if (it.what !== 'escape' || found.every(({ what }) => what !== 'escape')) found.push(it);
        },
        named: (name) => this.#named(name, of),
      });
      for (const misreading of found) this.#report(place, misreading);
      return shape;
    } catch (error) {
      if (!(error instanceof UnreadableExpression)) throw error;
      if (this.#isClosed) this.#say(place, `${error.message}: what this reads cannot be told. Write it otherwise.`);
      return UNKNOWN;
    }
  }

  #named(name: string, of: WithNames): Shape | undefined {
    if (name === 'V' || name === 'variables') {
      const names = [...Object.keys(of.variables.local), ...this.#importedVariables(of).keys()];
      return { sort: 'record', fields: new Lazy(names, (it) => this.#variable(it, of)), rest: 'any', sent: false };
    }
    if (name === 'C' || name === 'constants') return UNKNOWN;
    return this.#roots.get(name);
  }

  #importedVariables(of: WithNames): Map<string, Exported> {
    const sets = this.#policies.exported.filter(
      ({ sort, name }) => sort === 'variables' && of.variables.imports.includes(name),
    );
    return new Map(sets.flatMap((it) => Object.keys(it.definitions).map((name): [string, Exported] => [name, it])));
  }

  /** What a variable comes to; it is read once for all that use it. */
  #variable(name: string, of: WithNames): Shape {
    const own = of.variables.local[name];
    const exported = own === undefined ? this.#importedVariables(of).get(name) : undefined;
    const text = own ?? exported?.definitions[name];
    const document = exported?.document ?? of.document;
    const ofDocument = this.#variables.get(document) ?? new Map<string, Shape>();
    this.#variables.set(document, ofDocument);
    const known = ofDocument.get(name);
    if (known) return known;
    // Of one that goes in circles nothing is told; Cerbos refuses it.
    ofDocument.set(name, UNKNOWN);
    const shape = this.#at({ text: String(text), document, keys: keysOf(document, name) }, of, shapeAt);
    ofDocument.set(name, shape);
    return shape;
  }

  #schema(which: 'resourceSchema' | 'principalSchema', sentAlong: readonly string[]): Shape {
    const { ref } = asNode(this.#policy.schemas[which]);
    const text = isString(ref) ? schemaText(this.#policies, ref.replace(/^cerbos:\/\/\//, '')) : undefined;
    if (text === undefined) return this.#withoutSchema(which);
    const shape = shapeOfSchema(text);
    if (this.#isClosed) return closed(shape);
    if (shape.sort !== 'record' || (shape.fields.size === 0 && shape.rest === 'any')) return shape;
    const along = sentAlong.filter((name) => !shape.fields.has(name)).map((name): [string, Shape] => [name, UNKNOWN]);
    return { ...shape, fields: new Map([...shape.fields, ...along]) };
  }

  /** Who may edit a schema does not fill what it declares. */
  #filled(declared: Shape, filled: string | undefined): Shape {
    if (!this.#isClosed || filled === undefined) return declared;
    return withoutUnfilled(declared, closed(shapeOfSchema(filled)), (name) => this.#unfilled.add(name));
  }

  #withoutSchema(which: 'resourceSchema' | 'principalSchema'): Shape {
    if (!this.#isClosed) return UNKNOWN;
    const { document, kind } = this.#policy;
    if (which === 'resourceSchema') {
      const message = `${kind} names no schema of its resource, so that nobody can tell what is sent. Name it under schemas.resourceSchema.ref.`;
      this.#found.push({ isError: true, ...document.placeOf(['resourcePolicy', 'schemas']), message });
    }
    return sentRecord({});
  }

  #report(place: Place, { what, part, why }: Misreading): void {
    const because = why === '' ? '' : ` (${why})`;
    const schema = /^(?:P|request\.principal)\b/.test(part) ? 'principal schema' : 'schema';
    const [field = ''] = part.split(' in ');
    const isUnfilled = this.#unfilled.has(field.match(/\w+/g)?.at(-1) ?? '');
    const remedy = isUnfilled
      ? `The ${schema} of ${this.#policy.kind} declares it, and the service does not fill it: make it a fact there first, or remove it.`
      : `Declare it in the ${schema} of ${this.#policy.kind}, or remove it.`;
    if (what === 'unsent') this.#say(place, `reads ${part}, which is never sent${because}. ${remedy}`);
    if (what === 'undeclared') this.#say(place, `reads ${part}, which no schema declares. ${remedy}`, false);
    if (what === 'escape') this.#say(place, `${part} ${why}: what it reads cannot be told. Name the fields.`);
    if (what === 'value') this.#say(place, `${part} ${why}. Correct the value.`);
  }

  #say({ document, keys }: Place, message: string, isError = true): void {
    this.#found.push({ isError, ...document.placeOf(keys), message });
  }
}

type WithNames = Pick<ResourcePolicy, 'variables' | 'constants' | 'document'>;

/** Where a variable is defined. */
function keysOf({ content }: PolicyDocument, name: string): Keys {
  if (content['exportVariables'] !== undefined) return ['exportVariables', 'definitions', name];
  const sort = ['resourcePolicy', 'principalPolicy', 'rolePolicy', 'derivedRoles'].find(
    (it) => content[it] !== undefined,
  );
  const isOlder = Object.hasOwn(asNode(content['variables']), name);
  return isOlder ? ['variables', name] : [sort ?? '', 'variables', 'local', name];
}

/** The fields of a record that are made when they are asked for. */
class Lazy extends Map<string, Shape> {
  readonly #names: ReadonlySet<string>;
  readonly #make: (name: string) => Shape;

  constructor(names: readonly string[], make: (name: string) => Shape) {
    super();
    this.#names = new Set(names);
    this.#make = make;
  }

  override get(name: string): Shape | undefined {
    return this.#names.has(name) ? this.#make(name) : undefined;
  }
}
