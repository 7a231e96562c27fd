import type { Question } from '../oracle/rules.ts';
import type { Scope } from '../oracle/world.ts';
import { People, type Cell, type Client } from './cells.ts';
import type { Call, Result } from './meaning.ts';
import type { Random } from './random.ts';

type Calls = Generator<Call, never, Result>;

/** The sorts of cells, by what goes on in them. */
const SCRIPTS: Readonly<Record<string, (people: People, random: Random) => Cell>> = {
  'anything, imports of grants': (people, random) => anything(people, random, [['POST']]),
  'anything, both scopes': (people, random) => anything(people, random, [['POST'], ['LIVE'], ['LIVE', 'POST']]),
  'never together': neverTogether,
  'exchanged at once': exchanged,
  'against their own removal': ownRemoval,
  'two revocations at once': twoRevocations,
};

/** Everybody does anything, in all orders. */
function anything(people: People, random: Random, scopes: Scope[][]): Cell {
  return cell(people, random, people.facts(scopes.at(-1)), {
    key: byKey(people, random, scopes),
    'first administrator': byAdministrator(people, random, scopes),
    'second administrator': byAdministrator(people, random, scopes),
    owner: byOwner(people, random),
    import: byImport(people, random, scopes.length === 1),
  });
}

function* byKey(people: People, random: Random, scopes: Scope[][]): Calls {
  const who = ['second', 'sam', 'kim'];
  for (;;) {
    yield random.oneOf([
      () => people.putMember(random.oneOf(who), random.oneOf(['ADMIN', 'STANDARD', 'STANDARD'])),
      () => people.putMember(random.oneOf(who), 'ADMIN'),
      () => people.removeMember(random.oneOf(who)),
      () => people.putRole(random.oneOf(who), random.oneOf(['ADMIN', 'OPERATOR', 'ANALYST'])),
      () => people.removeRole(random.oneOf(who)),
      () => people.putLink(random.oneOf(['kim', 'lee']), random.oneOf(scopes)),
      () => people.removeLink(random.oneOf(['kim', 'lee'])),
    ])();
  }
}

function* byAdministrator(people: People, random: Random, scopes: Scope[][]): Calls {
  const by = (): string => random.oneOf(['adm', 'second', 'second', 'sam']);
  const who = (): string => random.oneOf(['second', 'sam', 'kim', 'lee']);
  for (;;) {
    const way = random.below(12);
    if (way < 5) yield people.assign(by(), who(), random.oneOf(scopes));
    else if (way < 8) yield people.unassign(by(), who());
    else if (way < 9) yield people.revoke(by());
    else if (way < 10) yield people.cancel(people.pending.at(-1 - random.below(2)), by());
    else yield* people.ask(by(), random.oneOf(scopes));
  }
}

function* byOwner(people: People, random: Random): Calls {
  for (;;) {
    const about = people.pending.at(-1 - random.below(3));
    if (random.onceIn(6)) yield people.revokeAsOwner();
    else if (about) yield random.onceIn(8) ? people.decline(about) : people.approve(about);
    else yield* people.ask('adm', ['POST']);
  }
}

/** Of a grant that somebody ended the domain says what an import does where scopes are not in question. */
function* byImport(people: People, random: Random, grants: boolean): Calls {
  for (;;) {
    const who = (): string => random.oneOf(['sam', 'kim']);
    const [one, other] = [who(), who()];
    yield people.import([
      ...(random.onceIn(2) ? [people.memberLine(one, 'STANDARD')] : []),
      people.roleLine(other, random.oneOf(['OPERATOR', 'ANALYST'])),
      people.linkLine('lee', ['POST']),
      // A file may lack the grant that an assignment in it needs.
      ...(grants && random.onceIn(2) ? [people.grantLine(['POST'])] : []),
      ...(grants ? [people.assignmentLine(one, ['POST'])] : []),
    ]);
  }
}

/** Sam's assignment and role, and Sam's assignment and Lee's role, come and go in turn: never do both hold. */
function neverTogether(people: People, random: Random): Cell {
  const facts = people.facts();
  const { createSparkAd, readVideos } = people;
  const both = [createSparkAd('sam'), readVideos('sam'), createSparkAd('lee')];
  return cell(people, random, facts, { writer: takesTurns(people) }, [
    asks([createSparkAd('sam')]),
    asks([readVideos('sam'), createSparkAd('lee')]),
    people.asker(random, both),
  ]);
}

function* takesTurns(people: People): Calls {
  yield people.removeRole('sam');
  yield people.removeRole('lee');
  for (;;) {
    yield people.assign('adm', 'sam', ['POST']);
    yield people.unassign('second', 'sam');
    yield people.putRole('sam', 'OPERATOR');
    yield people.removeRole('sam');
    yield people.putRole('lee', 'OPERATOR');
    yield people.removeRole('lee');
  }
}

/** One import takes a role and gives another: of the two exactly one holds at every moment. */
function exchanged(people: People, random: Random): Cell {
  const facts = [...people.facts(), people.assignmentLine('sam', ['POST']), people.roleLine('sam', 'ANALYST')];
  const questions = [people.createSparkAd('sam'), people.createSparkAd('lee')];
  return cell(people, random, facts, { import: exchanges(people) }, [
    asks([...questions, ...questions, ...questions]),
    asks(questions.toReversed()),
    people.asker(random, questions),
  ]);
}

function* exchanges(people: People): Calls {
  for (;;) {
    yield people.import([people.roleLine('sam', 'OPERATOR'), people.roleLine('lee', 'ANALYST')]);
    yield people.import([people.roleLine('lee', 'OPERATOR'), people.roleLine('sam', 'ANALYST')]);
  }
}

/** An administrator writes as fast as they can, while somebody removes them, again and again. */
function ownRemoval(people: People, random: Random): Cell {
  const writers = Object.fromEntries(
    ['sam', 'kim', 'lee'].map((name) => [`writes about ${name}`, assignsFast(people, name)]),
  );
  const removes = removesAndPuts(people, random);
  return cell(people, random, people.facts(), { ...writers, removes });
}

function* assignsFast(people: People, name: string): Calls {
  for (;;) {
    yield people.assign('second', name, ['POST']);
    yield people.unassign('second', name);
  }
}

function* removesAndPuts(people: People, random: Random): Calls {
  for (;;) {
    yield random.onceIn(2) ? people.removeMember('second') : people.putMember('second', 'STANDARD');
    yield { ask: [people.mayAsk('second'), people.readVideos('sam')] };
    yield people.putMember('second', 'ADMIN');
    yield { ask: [people.mayAsk('second')] };
  }
}

/** The owner, an administrator and the key end what one use of the account hangs on, all at once. */
function twoRevocations(people: People, random: Random): Cell {
  const again = (call: () => Call) => repeats(call, [people.readVideos('sam'), people.createSparkAd('lee')]);
  return cell(people, random, people.facts(), {
    owner: again(people.revokeAsOwner),
    administrator: again(() => people.revoke('adm')),
    key: again(() => people.removeMember('sam')),
    restores: restores(people, random),
  });
}

function* repeats(call: () => Call, questions: Question[]): Calls {
  for (;;) {
    yield call();
    yield { ask: questions };
  }
}

function* restores(people: People, random: Random): Calls {
  for (;;) {
    yield* people.ask('second', ['POST']);
    yield people.approve(people.pending.at(-1));
    yield people.putMember('sam', 'STANDARD');
    for (const name of ['sam', 'lee']) yield people.assign(random.oneOf(['adm', 'second']), name, ['POST']);
  }
}

function* asks(ask: Question[]): Calls {
  for (;;) yield { ask };
}

function cell(
  people: People,
  random: Random,
  facts: Cell['facts'],
  writers: Record<string, Calls>,
  askers: Calls[] = [people.asker(random), people.asker(random)],
): Cell {
  const clients: Client[] = Object.entries(writers).map(([name, calls]) => ({ name, calls }));
  clients.push(...askers.map((calls, n) => ({ name: `asks ${n}`, calls })));
  return { name: people.cell, facts, clients, questions: people.questions() };
}

/** So many cells of each sort, with names that begin alike. */
export function cellsOf(ofEach: number, random: Random, prefix: string): Cell[] {
  return Object.values(SCRIPTS).flatMap((script, sort) =>
    Array.from({ length: ofEach }, (_, n) => script(new People(`${prefix}-${sort}-${n}`), random)),
  );
}
