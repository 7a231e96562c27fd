import { Scope } from '../../domain/vocabulary.ts';
import type { PostFacts } from '../../facts/post.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';

/** What a caller may name in one check. */
export interface Naming {
  words: string;
  /** The fields that it sets. */
  attr: Readonly<Record<string, Json>>;
  /** Whether a Business Center is named, which leaves that one's path alone. */
  place: 'anywhere' | 'center';
  /** The naming that is alike but for the Business Center; null: none is. */
  twin: Naming | null;
}

/** One value of what a caller may name. */
interface Value {
  value: Json;
  words: string;
  /** The values by which most is told are tried even where there are too many. */
  best: boolean;
  /** Where alone it can be named. */
  place?: Naming['place'];
}

/** A field of the vector that a caller decides. The first of its values is that nothing is named. */
export interface NamedField {
  name: string;
  /** What is said where all that is named comes to the same. */
  any: string;
  values: readonly Value[];
}

export const NAMING_A_CENTER = 'naming a Business Center';

const nothing = (value: Json): Value => ({ value, words: '', best: true });

const OPEN_POST: PostFacts = { of_this_account: true, visibility: 'PUBLIC', ad_authorization: true };
const POST_WORDS = {
  of_this_account: { true: 'of this account', false: 'of another account', null: 'of an account that is not said' },
  visibility: { PUBLIC: 'public', OTHER: 'not public', null: 'of a visibility that is not said' },
  ad_authorization: {
    true: 'with ad authorization on',
    false: 'with ad authorization off',
    null: 'with nothing said of ad authorization',
  },
} as const;

function posts(): Value[] {
  const all = ([true, false, null] as const).flatMap((own) =>
    (['PUBLIC', 'OTHER', null] as const).flatMap((visibility) =>
      ([true, false, null] as const).map((switched): PostFacts => {
        return { of_this_account: own, visibility, ad_authorization: switched };
      }),
    ),
  );
  const [, ...others] = all.map((post) => ({ value: post, words: `with a post ${postWords(post)}`, best: false }));
  const open = { value: OPEN_POST, words: 'with a public post that has ad authorization on', best: true };
  return [nothing(null), open, ...others];
}

const postWords = ({ of_this_account: own, visibility, ad_authorization: switched }: PostFacts): string =>
  [
    POST_WORDS.of_this_account[`${own}`],
    POST_WORDS.visibility[`${visibility}`],
    POST_WORDS.ad_authorization[`${switched}`],
  ].join(', ');

const SCOPE_SETS = [...Scope.options.map((it) => [it]), [...Scope.options].toSorted()];
const SCOPES: NamedField = {
  name: 'scopes',
  any: 'for any scopes',
  values: [
    nothing(null),
    ...SCOPE_SETS.map((scopes) => ({ value: scopes, words: `for ${scopes.join(' and ')}`, best: true })),
    { value: [], words: 'with an empty list of scopes', best: true },
  ],
};

/** By kind, what a caller decides of a vector; `advertiser_role` and `paths` hang on who it is, too. */
export const NAMED_FIELDS: Readonly<Record<string, readonly NamedField[]>> = {
  tiktok_account: [
    { name: 'post', any: 'with a post', values: posts() },
    { name: 'live', any: 'with a live', values: [nothing(false), { value: true, words: 'with a live', best: true }] },
    {
      name: 'assignee',
      any: 'for somebody',
      values: [
        nothing(null),
        // Whether somebody is a member can be told of a Business Center that is named, and of no other.
        { value: { member: true }, words: 'for a member', best: true, place: 'center' },
        { value: { member: false }, words: 'for somebody who is no member', best: false, place: 'center' },
        { value: { member: null }, words: 'for somebody', best: true, place: 'anywhere' },
      ],
    },
    SCOPES,
  ],
  business_center: [SCOPES],
};

/** Everything that a caller may name by these values of the fields. */
export function namingsOf(kind: string, fields: readonly NamedField[]): Naming[] {
  return choices(fields)
    .filter((choice) => !(isNamed(choice, 'post') && isNamed(choice, 'live')))
    .flatMap((choice) => (kind === 'tiktok_account' ? placed(choice) : [anywhere(choice)]));
}

/** The same by the best values, one matter at a time: fewer than can be named, and the likeliest to tell something. */
export function bestNamings(kind: string, fields: readonly NamedField[]): Naming[] {
  const best = fields.map((field) => ({ ...field, values: field.values.filter((it) => it.best) }));
  const isContent = ({ name }: NamedField): boolean => name === 'post' || name === 'live';
  const contents = namingsOf(kind, best.filter(isContent));
  const others = namingsOf(
    kind,
    best.filter((it) => !isContent(it)),
  );
  return [...contents, ...others.filter(({ attr }) => Object.keys(attr).length > 0)];
}

type Choice = readonly (Value & { name: string })[];

/** One value for each field, of those that are named. */
function choices([field, ...rest]: readonly NamedField[]): Choice[] {
  if (!field) return [[]];
  const others = choices(rest);
  return field.values.flatMap((it) =>
    it.words === '' ? others : others.map((other) => [{ ...it, name: field.name }, ...other]),
  );
}

const isNamed = (choice: Choice, field: string): boolean => choice.some(({ name }) => name === field);

function anywhere(choice: Choice): Naming {
  const words = choice.map((it) => it.words).join(', ') || 'at all';
  return {
    words,
    attr: Object.fromEntries(choice.map(({ name, value }) => [name, value])),
    place: 'anywhere',
    twin: null,
  };
}

/** With a Business Center, without one, or both. */
function placed(choice: Choice): Naming[] {
  const naming = anywhere(choice);
  const only = choice.find(({ place }) => place !== undefined)?.place;
  if (only !== undefined) return [{ ...naming, place: only }];
  const words = [...choice.map((it) => it.words), NAMING_A_CENTER].join(', ');
  return [naming, { ...naming, words, place: 'center', twin: naming }];
}
