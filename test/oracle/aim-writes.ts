import type { Question } from './rules.ts';
import type { World } from './world.ts';
import type { Write } from './writes.ts';

type Entity = Question['subject'];

interface Held {
  bcId: string;
  account: string;
  /** An administrator of the Business Center, and somebody of it. */
  by: string;
  user: string;
}

/** A write by somebody who may, about something that is there: only what else is wrong with it refuses it. */
export function aimedWrite(world: World, write: Write, at: number): Write {
  const pending = world.requests.findIndex(({ status }) => status === 'PENDING');
  const request = pending < 0 ? {} : { request: pending };
  switch (write.do) {
    case 'request':
      return { ...write, ...pick(administrators(world), at) };
    case 'cancel': {
      const of = administrators(world).find(({ bcId }) => bcId === world.requests[pending]?.bcId);
      return { ...write, ...request, ...(of && { by: of.by }) };
    }
    case 'approve':
    case 'decline':
      return { ...write, ...request, account: world.requests[pending]?.account ?? write.account };
    case 'assign':
      return { ...write, ...pick(administered(world), at) };
    case 'unassign': {
      const held = pick(assignments(world), at);
      return { ...write, ...held };
    }
    case 'revoke': {
      const { user: _, ...held } = pick(administered(world), at) ?? {};
      return { ...write, ...held };
    }
    case 'revoke as owner': {
      const held = pick(administered(world), at);
      return { ...write, ...(held && { bcId: held.bcId, account: held.account, by: held.account }) };
    }
    case 'freeze':
    case 'unfreeze':
      return write.by === null ? write : { ...write, ...pick(switches(world), at) };
    default:
      return write;
  }
}

function pick<T>(all: T[], at: number): T | undefined {
  return all[at % all.length];
}

function administrators(world: World): { bcId: string; by: string }[] {
  return [...world.centers].flatMap(([bcId, { members }]) =>
    [...members].filter(([, role]) => role === 'ADMIN').map(([by]) => ({ bcId, by })),
  );
}

/** Every active grant with each administrator and each member of its Business Center. */
export function administered(world: World): Held[] {
  return administrators(world).flatMap(({ bcId, by }) => {
    const { members, grants: held } = world.centers.get(bcId) ?? {
      members: new Map<string, string>(),
      grants: new Map(),
    };
    const active = [...held].filter(([, grant]) => grant.active).map(([account]) => account as string);
    return active.flatMap((account) => [...members.keys()].map((user) => ({ bcId, account, by, user })));
  });
}

function assignments(world: World): Held[] {
  return administered(world).filter(({ bcId, account, user }) =>
    world.centers.get(bcId)?.grants.get(account)?.assignments.has(user),
  );
}

/** What can be frozen, each with somebody who may. */
function switches(world: World): { thing: Entity; by: Entity }[] {
  const user = (id: string): Entity => ({ type: 'user', id });
  const centers = administrators(world).map(({ bcId, by }) => ({
    thing: { type: 'business_center', id: bcId },
    by: user(by),
  }));
  const adAccounts = [...world.adAccounts].flatMap(([id, { bcId }]) =>
    administrators(world)
      .filter((it) => it.bcId === bcId)
      .map(({ by }) => ({ thing: { type: 'ad_account', id }, by: user(by) })),
  );
  const accounts = [...world.accounts.keys()].map((id) => ({
    thing: { type: 'tiktok_account', id },
    by: { type: 'tiktok_account', id },
  }));
  return [...centers, ...adAccounts, ...accounts];
}
