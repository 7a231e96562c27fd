import { z } from 'zod';
import { KeyPermission } from '../domain/vocabulary.ts';
import { factsFrom } from './kind.ts';

/** A call of this service: by an API key, or by a person who comes without one. */
export interface Call {
  permissions: readonly KeyPermission[];
  /** The Business Centers that the key is confined to; null: to none. */
  confinedTo: readonly string[] | null;
  /** The Business Centers that the call concerns; null among them: others than those that one can be confined to. */
  centers: readonly (string | null)[];
  /** Of a person: whether the call is about that person; null: a key calls. */
  isOwn: boolean | null;
}

const call = factsFrom<Call>();

const FACTS = {
  permissions: call.fact(z.array(KeyPermission), {
    meaning: 'What the API key may be used for.',
    on: ['subject'],
    by: 'who makes API keys',
    none: [],
    read: ({ permissions }) => [...permissions].toSorted(),
  }),
  confinement: call.fact(z.enum(['NONE', 'WITHIN', 'OUTSIDE']), {
    meaning: 'Whether the call stays inside the Business Centers that the key is confined to.',
    on: ['subject', 'resource'],
    by: 'who makes API keys',
    none: 'NONE',
    read: ({ confinedTo, centers }) => {
      if (confinedTo === null) return 'NONE';
      return centers.some((center) => center === null || !confinedTo.includes(center)) ? 'OUTSIDE' : 'WITHIN';
    },
  }),
  about: call.fact(z.enum(['SELF', 'OTHERS']).nullable(), {
    meaning:
      'Of a person without a key: whether the call acts for, or asks about, that person; null: an API key calls.',
    on: ['subject', 'resource'],
    by: 'who makes API keys',
    none: null,
    read: ({ isOwn }) => (isOwn === null ? null : isOwn ? 'SELF' : 'OTHERS'),
  }),
};

/** This service itself. Nothing is loaded of it: a call brings its facts along. */
export const SPARKGATE_SERVICE = { facts: FACTS };
