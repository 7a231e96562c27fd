import { z } from 'zod';
import type { ActionProperties } from './action-properties.ts';
import { factsFrom, type VectorOf } from './kind.ts';
import { best, missing } from './membership.ts';

/** A post as the caller sends it, and the account `of` which it is asked. */
type Post = NonNullable<ActionProperties['post']> & { of: string };

const post = factsFrom<Post>();

/** What a caller says of a post; nothing of posts is stored. */
export const POST_FACTS = {
  of_this_account: post.fact(z.boolean().nullable(), {
    meaning: 'Whether the caller says that the post is of this account; null: not said.',
    on: ['resource'],
    by: 'the caller, by naming another post',
    none: null,
    read: ({ tiktok_account_id: id, of }) => (id == null ? null : id === of),
    better: best<boolean | null>(true, (now) =>
      now === null ? missing('/action/properties/post/tiktok_account_id') : { code: 'POST_OF_ANOTHER_ACCOUNT' },
    ),
  }),
  visibility: post.fact(z.enum(['PUBLIC', 'OTHER']).nullable(), {
    meaning: 'What the caller says of who may see the post; null: nothing.',
    on: [],
    by: "the account's owner, or the caller, by saying it",
    none: null,
    read: ({ visibility }) => (visibility == null ? null : visibility === 'PUBLIC' ? 'PUBLIC' : 'OTHER'),
    better: best<'PUBLIC' | 'OTHER' | null>('PUBLIC', (now) =>
      now === null ? missing('/action/properties/post/visibility') : { code: 'POST_NOT_PUBLIC' },
    ),
  }),
  ad_authorization: post.fact(z.boolean().nullable(), {
    meaning: "What the caller says of the post's own ad authorization; null: nothing.",
    on: [],
    by: "the account's owner, or the caller, by saying it",
    none: null,
    read: ({ ad_authorization: isOn }) => isOn ?? null,
    better: best<boolean | null>(true, (now) =>
      now === null
        ? missing('/action/properties/post/ad_authorization')
        : { code: 'AD_AUTHORIZATION_OFF', says: 'POST_AD_AUTHORIZATION_OFF' },
    ),
  }),
};

export type PostFacts = VectorOf<typeof POST_FACTS>;
