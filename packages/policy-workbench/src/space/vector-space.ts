import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { atomsOf, ROLE, type Atom, type Shape } from './atoms.ts';
import {
  assignments,
  listClasses,
  plainClasses,
  situationOf,
  type Classes,
  type Lists,
  type Values,
} from './classes.ts';
import {
  domainOf,
  holdsList,
  InfiniteDomain,
  isCut,
  sizeOf,
  smallSets,
  valuesOf,
  type Domain,
} from './finite-domain.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import { sortsIn } from './domain-parts.ts';
import { drawn } from './drawn.ts';
import { pinnedFields, pinning, type Looks } from './pinned-domain.ts';
import type { Point } from './point.ts';
import type { KindText, RuleText } from '@sparkgate/cerbos-policies/kind-text';
import { VectorUnit } from './vector-unit.ts';

/** A role that no policy knows. */
const NO_ROLE = 'anonymous';

/** More classes than this are not decided one by one. */
const MOST_CLASSES = 2_000_000;

/** All situations in which a kind can be asked about: each fact vector that its schema admits, for each role. */
export class VectorSpace {
  readonly kind: string;
  /** The roles that are told apart, in the order of enumeration. */
  readonly roles: readonly string[];
  readonly #fields: readonly (readonly [name: string, domain: Domain])[];
  /** Of fields that nobody looks at, one value. */
  readonly #values: Values;
  readonly #lists: Lists;
  readonly #looks: Looks;
  readonly #pinned: ReadonlyMap<string, Domain>;

  /**
   * @param texts the policies of the kind that are to be decided by, one or several
   * @param roles those that subjects come with, besides those that the policies name
   * @param looks what is looked at; what is not has one value
   * @param numbers with which whole numbers are compared; null: anything else may be done with them, too
   * @throws InfiniteDomain when the schema leaves something open
   */
  constructor(
    kind: string,
    schema: unknown,
    texts: readonly KindText[],
    roles: readonly string[],
    { looks = () => true, numbers = null }: { looks?: Looks; numbers?: readonly number[] | null } = {},
  ) {
    const domain = domainOf(schema, numbers);
    if (domain.sort !== 'record') throw new InfiniteDomain('it is no object');
    if (domain.fields.some(([name]) => name === ROLE)) throw new InfiniteDomain(`${ROLE} is the subject's`);
    const named = texts.flatMap(({ rules }) => rules.flatMap((rule) => rule.roles)).filter((role) => role !== '*');
    this.kind = kind;
    this.roles = [...new Set([...roles, NO_ROLE, ...named.toSorted()])];
    this.#fields = domain.fields;
    this.#looks = looks;
    this.#pinned = new Map(pinnedFields(domain.fields, looks));
    this.#values = new Map([
      [ROLE, this.roles],
      ...[...this.#pinned].map(([name, it]) => [name, [...valuesOf(it.sort === 'records' ? it.of : it)]] as const),
    ]);
    const lists = domain.fields.filter(([, it]) => it.sort === 'records');
    const records = (name: string): Json[] => this.#values.get(name) as Json[];
    this.#lists = new Map(lists.map(([name]) => [name, once(() => [...smallSets(records(name))])]));
  }

  /** How many fact vectors there are, lists of records counted up to two records. */
  get size(): number {
    return sizeOf(this.domain);
  }

  /** The lists of records among the fields, each with the number of different records. */
  get lists(): readonly { field: string; records: number }[] {
    return this.#fields.flatMap(([field, it]) => (it.sort === 'records' ? [{ field, records: sizeOf(it.of) }] : []));
  }

  /** The fields that may hold a list, of records or of plain values. */
  get arrays(): ReadonlySet<string> {
    return new Set(this.#fields.filter(([, domain]) => holdsList(domain)).map(([name]) => name));
  }

  /** The fact vectors as a domain. */
  get domain(): Domain {
    return { sort: 'record', fields: this.#fields };
  }

  get shape(): Shape {
    return { fields: [ROLE, ...this.#fields.map(([name]) => name)], lists: new Set(this.#lists.keys()) };
  }

  /**
   * The part of the space that can matter to some actions: points are put in one class where neither the rules nor the
   * further expressions tell them apart, so one of a class speaks for all. @throws UnreadableExpression
   */
  unit(actions: readonly string[], rules: readonly RuleText[], further: readonly string[] = []): VectorUnit {
    const { shape } = this;
    const texts = new Set([...rules.flatMap((rule) => rule.leaves), ...further]);
    const atoms = [...texts].flatMap((text) => atomsOf(text, shape));
    const erring = [...new Set(rules.flatMap((rule) => rule.variables))].flatMap((text) => this.#mayErr(text));
    const all = [...new Map([...atoms, ...erring].map((atom) => [atom.expression.text, atom])).values()];
    const fields = shape.fields.map((field): readonly [string, Classes] => [field, this.#classes(field, all, rules)]);
    const unit = new VectorUnit(this.kind, actions, fields);
    if (unit.size > MOST_CLASSES) {
      throw new PolicyError(
        `${this.kind}, ${actions.join(', ')}: the policies tell ${unit.size} situations apart, more than can be decided.`,
      );
    }
    return unit;
  }

  /** A point drawn at random, with up to three records in a list. @param random draws from [0, 1) */
  draw(random: () => number): Point {
    const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const attr: Record<string, Json> = {};
    for (const [name, domain] of this.#fields) {
      const value = drawn(domain, random);
      if (value !== undefined) attr[name] = value;
    }
    return { role: one(this.roles), attr };
  }

  /** Of each sort of records that a list of this field may hold, the values of their fields, as JSON. */
  sortsOf(field: string): ReadonlyMap<string, ReadonlySet<string>>[] {
    const domain = this.#pinned.get(field);
    return domain?.sort === 'records' ? sortsIn(domain.of) : [];
  }

  /** The records that a list of this field may hold, or the values of a plain field. */
  valuesOf(field: string): readonly (Json | undefined)[] {
    return this.#values.get(field) ?? [];
  }

  #classes(field: string, atoms: readonly Atom[], rules: readonly RuleText[]): Classes {
    const over = { values: this.#values, lists: this.#lists, atoms };
    const matches = (role: unknown): string =>
      rules.map(({ roles }) => (roles.includes('*') || roles.includes(role as string) ? '1' : '0')).join('');
    const classes = this.#lists.has(field)
      ? listClasses(field, over)
      : plainClasses(field, { ...over, mark: field === ROLE ? matches : () => '' });
    const pin = pinning(field, this.#values.get(field) ?? [], this.#looks);
    // A value stands for those that differ from it in what nobody looks at.
    const classOf: Classes['classOf'] = this.#lists.has(field)
      ? (list) =>
          classes.classOf(Array.isArray(list) ? distinctSorted((list as Json[]).map((it) => pin(it) as Json)) : list)
      : (value) => classes.classOf(pin(value));
    return { ...classes, classOf, untried: classes.untried ?? this.#untried(field, atoms) };
  }

  /** Why not all values of a field were looked at, as far as its schema goes and what reads it. */
  #untried(field: string, atoms: readonly Atom[]): string | null {
    const reading = atoms.filter(({ reads }) => reads.has(field));
    const domain = this.#fields.find(([name]) => name === field)?.[1];
    if (domain && reading.length > 0 && isCut(domain.sort === 'records' ? domain.of : domain))
      return `${field} holds lists in places where only lists of up to two were tried`;
    const both = this.#lists.has(field)
      ? reading.find(({ reads }) => [...reads].filter((it) => this.#lists.has(it)).length > 1)
      : undefined;
    return both
      ? `\`${both.expression.text}\` looks at two lists at once, and not all pairs of lists were tried`
      : null;
  }

  /** A variable decides nothing by itself, but where it errs nothing is allowed. */
  #mayErr(text: string): Atom[] {
    return atomsOf(text, this.shape).filter((atom) => {
      if (!atom.errsByRecord) return true;
      for (const assignment of assignments([...atom.reads], this.#singles())) {
        if (atom.expression.evaluate(situationOf(assignment)) === 'error') return true;
      }
      return false;
    });
  }

  #singles(): Values {
    const lists = [...this.#lists.keys()].map((field) => {
      const singles = (this.#values.get(field) ?? []).map((record) => [record as Json]);
      return [field, [[], ...singles]] as const;
    });
    return new Map([...this.#values, ...lists]);
  }
}

/** Makes a value once, when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

function distinctSorted(records: readonly Json[]): Json[] {
  const byText = new Map(records.map((record) => [JSON.stringify(record), record]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}
