import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Words } from '../contract.ts';
import type { Point } from './point.ts';

/** A point as a sentence for people who know the domain and no JSON; only the facts that `matters` holds are told. */
export function inPlainWords({ role, attr }: Point, matters: ReadonlySet<string>, words: Words): string {
  const facts = Object.entries(attr).filter(([name]) => matters.has(name));
  const subject = words.subject(role) ?? `Somebody with the role ${role}`;
  return [subject, ...facts.map(([name, value]) => words.fact(name, value, attr) ?? plainly(name, value))].join('; ');
}

/** A fact without words of its own. */
export const plainly = (name: string, value: Json): string => `${name.replaceAll('_', ' ')} ${described(value)}`;

/** A plain value as it is written. */
export const said = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A value in words. */
export function described(value: Json): string {
  if (value === null) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? 'nothing' : value.map((it: Json) => described(it)).join(' and ');
  if (typeof value !== 'object') return said(value);
  return Object.entries(value)
    .map(([name, it]) => `${name.replaceAll('_', ' ')} ${described(it ?? null)}`)
    .join(', ');
}
