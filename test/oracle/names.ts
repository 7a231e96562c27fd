import fc from 'fast-check';
import type { Scope } from './world.ts';

/** The names of a history. The last of each is never made known. */
export interface Names {
  centers: string[];
  users: string[];
  accounts: string[];
  adAccounts: string[];
}

/** Legal ids that look like others, or like something else altogether. */
const ODD_IDS = [
  'A',
  'a',
  'а',
  'ä',
  'a\u0308',
  'İ',
  'i\u0307',
  'ß',
  'ss',
  'a b',
  'a  b',
  'a\u200Bb',
  'a/b',
  'a%2Fb',
  '..a',
  'a..',
  '...',
  '%2e%2e',
  '%',
  '+',
  '#',
  '?limit=1',
  ';',
  '*',
  '~',
  '@brand',
  'user:sam',
  'sam:user',
  '__proto__',
  'constructor',
  'null',
  'true',
  '0',
  '-1',
  '1e3',
  '0123',
  '7123456789012345678',
  '7123456789012345679',
  "'; drop table member; --",
  '"',
  '\\',
  '{"id":"a"}',
  '${a}',
  '🦄',
  '中文',
  'x'.repeat(127),
  'x'.repeat(128),
  '中'.repeat(128),
];

const plain = (...ids: string[]): fc.Arbitrary<string[]> => fc.constant(ids);

/** Mostly plain names, which read well; else any, of which some are one thing's and another's as well. */
export const names: fc.Arbitrary<Names> = fc.oneof(
  fc.record({
    centers: fc.oneof(plain('bc1', 'bc2', 'bc0'), plain('bc1', 'bc2', 'bc0'), plain('bc1', 'bc2', 'bc3', 'bc0')),
    users: plain('adm', 'sam', 'ext', 'lee', 'nobody'),
    accounts: plain('brand', 'other', 'third', 'no-account'),
    adAccounts: plain('adv1', 'adv2', 'adv9', 'adv0'),
  }),
  fc.record({
    centers: odd(3),
    users: odd(5),
    accounts: odd(4),
    adAccounts: odd(4),
  }),
);

function odd(count: number): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fc.constantFrom(...ODD_IDS), { minLength: count, maxLength: count });
}

/** Chosen among the known ones mostly. */
export function oneOf(all: string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...all.slice(0, -1)) },
    { weight: 1, arbitrary: fc.constant(all.at(-1) ?? '') },
  );
}

export const scopes = fc.constantFrom<Scope[]>(['POST'], ['LIVE'], ['LIVE', 'POST']);
