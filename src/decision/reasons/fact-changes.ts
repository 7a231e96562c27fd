import { isDeepStrictEqual } from 'node:util';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';

/** One fact that differs between two inputs: where it is in the vector (JSON Pointer), and both values. */
export interface FactChange {
  fact: string;
  from: unknown;
  to: unknown;
}

/** What would have to be otherwise for one input to be the other. */
export function factChanges(from: DecisionInput, to: DecisionInput): FactChange[] {
  return [
    ...differences('/principal/roles', from.roles, to.roles),
    ...differences('', from.resourceAttr, to.resourceAttr),
  ];
}

function differences(fact: string, from: unknown, to: unknown): FactChange[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (!isBranch(from) || !isBranch(to)) return [{ fact, from: from ?? null, to: to ?? null }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => differences(`${fact}/${key}`, from[key], to[key]));
}

/** Objects are told apart by their parts, and so are lists of objects; a list of plain values is one fact. */
function isBranch(value: unknown): value is Record<string, unknown> {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null;
}
