import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { draw } from './draw.ts';
import { Connection } from './connection.ts';
import { Sparkgate } from './sparkgate.ts';
import { markdown, whole } from './table.ts';

// What more than there is capacity for does to those who are answered, and to others:
//     node bench/overload.ts --seconds=4
// One key floods, first with batches and then with single checks, and another asks one check after the other all the time.

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    relationships: { type: 'string', default: '20000' },
    batches: { type: 'string', default: '20' },
    size: { type: 'string', default: '800' },
    singles: { type: 'string', default: '1500' },
  },
});
const seconds = Number(flags.seconds);
const drawn = draw(Math.ceil(Number(flags.relationships) / 1000));
const checks = Array.from({ length: 5000 }, () => drawn.next().value);
const singles = checks.map((it) => JSON.stringify(it));
const batch = JSON.stringify({
  evaluations: Array.from({ length: Number(flags.size) }, (_, n) => checks[n % checks.length]),
});

interface Seen {
  accepted: number[];
  refused: number[];
}

/** Asks on so many connections, each again and again, until told to stop. */
async function ask(
  open: () => Connection,
  inFlight: number,
  body: (n: number) => string,
  until: number,
): Promise<Seen> {
  const seen: Seen = { accepted: [], refused: [] };
  const one = async (_: unknown, slot: number): Promise<void> => {
    let connection = open();
    for (let n = slot; performance.now() < until; n += inFlight) {
      const since = performance.now();
      const answered = await connection.post(body(n)).then(
        () => true,
        (error: unknown) => {
          if (!String(error).includes(' 503 ')) throw error;
          // What is refused before it was read ends the connection.
          connection.close();
          connection = open();
          return false;
        },
      );
      (answered ? seen.accepted : seen.refused).push(performance.now() - since);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return seen;
}

const at = (times: readonly number[], part: number): string =>
  (times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN).toFixed(1);

const sparkgate = await Sparkgate.start(Number(flags.relationships), []);
try {
  await sparkgate.import(() => undefined);
  const other = await sparkgate.newKey();
  const check = () => sparkgate.connect('/access/v1/evaluation');
  const batches = () => sparkgate.connect('/access/v1/evaluations');
  const body = (n: number): string => singles[n % singles.length] ?? '';
  await ask(check, 64, body, performance.now() + 2000);
  await ask(batches, 1, () => batch, performance.now() + 2000);
  const rows: string[][] = [];
  const phase = async (name: string, flood: () => Promise<Seen>): Promise<void> => {
    const until = performance.now() + seconds * 1000;
    const health = ask(
      () => sparkgate.connect('/healthz', other, 'GET'),
      1,
      () => '',
      until,
    );
    const [own, others] = await Promise.all([
      flood(),
      ask(() => sparkgate.connect('/access/v1/evaluation', other), 1, body, until),
      health,
    ]);
    const healthy = await health;
    rows.push([
      name,
      whole(own.accepted.length / seconds),
      at(own.accepted, 0.5),
      at(own.accepted, 0.99),
      whole(own.refused.length / seconds),
      at(own.refused, 0.99),
      at(others.accepted, 0.5),
      at(others.accepted, 0.99),
      whole(others.refused.length),
      at(healthy.accepted, 0.99),
      whole(await sparkgate.memory()),
    ]);
  };
  const flood = async (open: () => Connection, inFlight: number, of: (n: number) => string): Promise<Seen> =>
    ask(open, inFlight, of, performance.now() + seconds * 1000);
  await phase('64 single checks in flight', async () => flood(check, 64, body));
  await phase('1 batch in flight', async () => flood(batches, 1, () => batch));
  await phase(`${flags.batches} batches in flight`, async () => flood(batches, Number(flags.batches), () => batch));
  await delay(1000);
  await phase('a second later: 64 single checks', async () => flood(check, 64, body));
  await phase(`${flags.singles} single checks in flight`, async () => flood(check, Number(flags.singles), body));
  await delay(1000);
  await phase('a second later: 64 single checks', async () => flood(check, 64, body));
  const head = [
    'one key floods',
    'answered/s',
    'p50 ms',
    'p99 ms',
    'refused/s',
    'p99 ms',
    'another key: p50',
    'p99',
    'refused',
    '/healthz p99',
    'MB',
  ];
  console.log(markdown(head, rows));
} finally {
  await sparkgate.end();
}
