import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { rowId } from '../validity.ts';
import type { Actor } from '../context.ts';

/** Who may sign in: a TikTok for Business user, or a TikTok account. */
export type SignedInActor = Extract<Actor, { type: 'user' | 'tiktok_account' }>;

/** One person's sign-in in one browser. The browser holds the token; here is only its hash. */
export const SignIn = defineEntity({
  name: 'SignIn',
  tableName: 'sign_in',
  properties: {
    id: rowId,
    /** SHA-256 of the token. */
    tokenHash: p.type('bytea').$type<Buffer>(),
    /** The token before the last renewal, which requests under way may still carry for a moment. */
    previousTokenHash: p.type('bytea').$type<Buffer>().nullable(),
    /** Whether the token has come back from the browser. Until then the one before holds: an answer may be lost. */
    tokenTaken: p.boolean().default(true),
    renewedAt: p.datetime().columnType('timestamptz(3)'),
    subjectType: p.text().$type<SignedInActor['type']>(),
    subjectId: p.text(),
    displayName: p.text().nullable(),
    /** The OpenID Connect issuer that vouched for the person; null for the demo's sign-in, where nobody did. */
    issuer: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    lastSeenAt: p.datetime().columnType('timestamptz(3)'),
    expiresAt: p.datetime().columnType('timestamptz(3)'),
    endedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
  uniques: [{ name: 'sign_in_token', properties: ['tokenHash'] }],
  indexes: [
    { name: 'sign_in_previous_token', properties: ['previousTokenHash'] },
    { name: 'sign_in_expired', properties: ['expiresAt'] },
  ],
  checks: [
    { name: 'sign_in_token_hash_length', expression: 'octet_length(token_hash) = 32' },
    { name: 'sign_in_subject_type', expression: "subject_type in ('user', 'tiktok_account')" },
  ],
});
export type SignIn = InferEntity<typeof SignIn>;
