import { ROLE } from './atoms.ts';
import type { Classes } from './classes.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Point } from './point.ts';

/** Points as few as possible that speak for all of a space, for some actions; numbered from 0, always alike. */
export class VectorUnit {
  readonly kind: string;
  readonly actions: readonly string[];
  /** How many classes of points there are. */
  readonly size: number;
  readonly #fields: readonly (readonly [name: string, classes: Classes])[];

  constructor(kind: string, actions: readonly string[], fields: readonly (readonly [string, Classes])[]) {
    this.kind = kind;
    this.actions = actions;
    this.#fields = fields;
    this.size = fields.reduce((product, [, { representatives }]) => product * representatives.length, 1);
  }

  /** Why the classes do not hold every situation; null: what is true of them all is true everywhere. */
  get untried(): string | null {
    const reasons = this.#fields.map(([, classes]) => classes.untried).filter((it) => it !== null);
    return reasons.length === 0 ? null : [...new Set(reasons)].join('; ');
  }

  /** The point that speaks for a class. */
  at(index: number): Point {
    let rest = index;
    const values = this.#fields.map(([name, { representatives }]) => {
      const value = representatives[rest % representatives.length];
      rest = Math.floor(rest / representatives.length);
      return [name, value] as const;
    });
    const { [ROLE]: role, ...attr } = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    return { role: role as string, attr: attr as Record<string, Json> };
  }

  /** The fields that matter: the others have one class, and their values tell nothing. */
  get matters(): ReadonlySet<string> {
    return new Set(this.#fields.filter(([, it]) => it.representatives.length > 1).map(([name]) => name));
  }

  /** The values of a field, parted into classes. */
  classesOf(field: string): Classes {
    return this.#find(field).classes;
  }

  /** Of a class of points, the class of its value in one field. */
  digit(index: number, field: string): number {
    const { step, classes } = this.#find(field);
    return Math.floor(index / step) % classes.representatives.length;
  }

  /** The class of points that has another value in one field. */
  shift(index: number, field: string, to: number): number {
    return index + (to - this.digit(index, field)) * this.#find(field).step;
  }

  #find(field: string): { step: number; classes: Classes } {
    let step = 1;
    for (const [name, classes] of this.#fields) {
      if (name === field) return { step, classes };
      step *= classes.representatives.length;
    }
    throw new Error(`${this.kind} has no field ${field}`);
  }

  /** The class that a point is in; undefined for a list unlike all that were looked at. */
  locate({ role, attr }: Point): number | undefined {
    let index = 0;
    let step = 1;
    for (const [name, { representatives, classOf }] of this.#fields) {
      const number = classOf(name === ROLE ? role : attr[name]);
      if (number === undefined) return undefined;
      index += number * step;
      step *= representatives.length;
    }
    return index;
  }
}
