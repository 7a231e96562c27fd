import fc from 'fast-check';
import { line, start } from './lines.ts';
import { names, oneOf, scopes, type Names } from './names.ts';
import { asked, type Asked } from './questions.ts';
import type { Write } from './writes.ts';
import type { Line } from './written-facts.ts';

/** Who asks: the administrator's key, a key confined to the first Business Centers, or the subject by a JWT. */
export type Caller = { as: 'key' } | { as: 'confined'; centers: number } | { as: 'person' };

/** One thing that happens in a history. */
export type Step =
  | { kind: 'write'; write: Write; by: 'key' | 'person'; aim: number | null }
  | { kind: 'ask'; caller: Caller; questions: Asked[]; how: 'batch' | 'single' }
  | { kind: 'search'; caller: Caller; question: Asked; over: 'action' | 'resource' | 'subject' };

export interface History {
  names: Names;
  start: Line[];
  steps: Step[];
}

/** Every history, up to so many steps. */
export function histories(steps: number): fc.Arbitrary<History> {
  return names.chain((it) => {
    const step = fc.oneof(
      { weight: 6, arbitrary: writeStep(it) },
      { weight: 8, arbitrary: askStep(it) },
      { weight: 1, arbitrary: searchStep(it) },
    );
    const all = fc.array(step, { minLength: 1, maxLength: steps, size: 'max' });
    return fc.record({ names: fc.constant(it), start: start(it), steps: all });
  });
}

const PUT_TYPES = new Set(['member', 'ad_account', 'ad_account_member', 'tiktok_account', 'account_link']);

function writeStep(it: Names): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('write' as const),
    write: fc.oneof(factWrite(it), flowWrite(it)),
    by: fc.constantFrom('key' as const, 'person' as const),
    aim: fc.option(fc.nat({ max: 40 }), { freq: 2, nil: null }),
  });
}

/** A write whose parts are these. */
function doing<Do extends Write['do'], Parts extends object>(
  verb: Do,
  parts: { [Part in keyof Parts]: fc.Arbitrary<Parts[Part]> },
): fc.Arbitrary<{ do: Do } & Parts> {
  return fc.record(parts).map((all) => ({ do: verb, ...(all as Parts) }));
}

function factWrite(it: Names): fc.Arbitrary<Write> {
  const [bcId, user] = [oneOf(it.centers), oneOf(it.users)];
  const [account, advertiserId] = [oneOf(it.accounts), oneOf(it.adAccounts)];
  return fc.oneof(
    doing('import', { lines: fc.array(line(it), { minLength: 1, maxLength: 4 }) }),
    doing('put', { line: line(it).filter(({ type }) => PUT_TYPES.has(type)) }),
    doing('remove member', { bcId, user }),
    doing('remove advertiser role', { advertiserId, user }),
    doing('remove link', { account, user }),
  );
}

function flowWrite(it: Names): fc.Arbitrary<Write> {
  const [bcId, user, account] = [oneOf(it.centers), oneOf(it.users), oneOf(it.accounts)];
  const known = fc.constantFrom(...it.accounts.slice(0, -1));
  const request = fc.nat({ max: 5 });
  const often = (weight: number, arbitrary: fc.Arbitrary<Write>): fc.WeightedArbitrary<Write> => ({
    weight,
    arbitrary,
  });
  return fc.oneof(
    often(3, doing('request', { bcId, by: user, scopes, account: fc.option(known, { nil: null }) })),
    often(3, doing('approve', { request, account: known })),
    often(1, doing('decline', { request, account: known })),
    often(2, doing('cancel', { request, by: user })),
    often(1, doing('expire', { request })),
    often(3, doing('assign', { bcId, account, by: user, user, scopes })),
    often(1, doing('unassign', { bcId, account, by: user, user })),
    often(1, doing('revoke', { bcId, account, by: user })),
    often(2, switched(it)),
    often(1, doing('revoke as owner', { bcId, account, by: fc.oneof(account, user) })),
  );
}

/** R13: mostly lifted again, so that the rest goes on. */
function switched(it: Names): fc.Arbitrary<Write> {
  const entity = (type: string, ids: string[]) => fc.record({ type: fc.constant(type), id: oneOf(ids) });
  const centers = entity('business_center', it.centers);
  const accounts = entity('tiktok_account', it.accounts);
  const thing = fc.oneof(centers, accounts, entity('ad_account', it.adAccounts));
  const by = fc.option(fc.oneof(entity('user', it.users), accounts), { freq: 2, nil: null });
  const action = fc.constantFrom('freeze' as const, 'unfreeze' as const, 'unfreeze' as const);
  return fc.record({ do: action, thing, by }) as fc.Arbitrary<Write>;
}

const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ as: 'key' as const }) },
  { weight: 2, arbitrary: fc.record({ as: fc.constant('confined' as const), centers: fc.constantFrom(1, 2) }) },
  { weight: 2, arbitrary: fc.constant({ as: 'person' as const }) },
);

function askStep(it: Names): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('ask' as const),
    caller,
    questions: fc.array(asked(it), { minLength: 1, maxLength: 50, size: 'max' }),
    how: fc.constantFrom('batch' as const, 'batch' as const, 'single' as const),
  });
}

function searchStep(it: Names): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('search' as const),
    caller,
    question: asked(it),
    over: fc.constantFrom('action' as const, 'resource' as const, 'subject' as const),
  });
}
