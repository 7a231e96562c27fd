import { randomUUID } from 'node:crypto';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  cleanUp,
  descendants,
  isAlive,
  postmasterOf,
  SERVICE_KEY,
  startService,
  temporaryFolder,
  until,
  type Service,
} from '../support/service.ts';

/** A kind of the test's own, whose every check is a new question for the PDP. */
const NOTE = `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: note
  version: default
  rules:
    - name: the-author-reads
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          expr: R.attr.author == P.id
`;

let service: Service;
beforeAll(async () => {
  const policies = await temporaryFolder();
  await cp(join(import.meta.dirname, '../../policies'), policies, { recursive: true });
  await writeFile(join(policies, 'resource_policies/note.yaml'), NOTE);
  const environment = { POLICY_DIR: policies, DEMO: 'on', BOOTSTRAP_API_KEY: SERVICE_KEY, LOG_LEVEL: 'trace' };
  service = await startService(environment);
});
afterAll(cleanUp);

interface Question {
  expected: boolean;
  body: object;
}

/** Stored facts that allow, stored facts that deny, and questions that nobody asked before, of both sorts. */
function questions(): Question[] {
  const spark = (id: string) => ({
    subject: { type: 'user', id },
    action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
    resource: { type: 'tiktok_account', id: 'brand' },
  });
  const note = (author: string) => ({
    subject: { type: 'user', id: 'ann' },
    action: { name: 'read' },
    resource: { type: 'note', id: randomUUID(), properties: { author } },
  });
  return [
    { expected: true, body: spark('sam') },
    { expected: false, body: spark('adm') },
    { expected: true, body: note('ann') },
    { expected: false, body: note('bob') },
  ];
}

/** `right` (the decision is), `away` (503), or what else came back. */
async function ask({ expected, body }: Question): Promise<string> {
  const answer = await service.call('POST', '/access/v1/evaluation', { body });
  if (answer.status === 503 && answer.body.code === 'unavailable') return 'away';
  if (answer.status === 200 && answer.body.decision === expected) return 'right';
  return `${answer.status} ${JSON.stringify(answer.body)}`;
}

/** What was answered while something happened, until all is right again. */
async function whileAsking(accident: (heard: ReadonlySet<string>) => Promise<unknown>): Promise<Set<string>> {
  const heard = new Set<string>();
  const over = new AbortController();
  const caller = async (): Promise<void> => {
    while (!over.signal.aborted) for (const question of questions()) heard.add(await ask(question));
  };
  const callers = [caller(), caller(), caller()];
  await until(() => heard.has('right'));
  await accident(heard);
  await until(async () => (await Promise.all(questions().map(ask))).every((answer) => answer === 'right'));
  over.abort();
  await Promise.all(callers);
  return heard;
}

/** Holds the supervisor still meanwhile, so that what was killed stays dead for as long as it takes. */
async function withoutRestart(accident: () => Promise<void>): Promise<void> {
  const supervisor = descendants(service.pid, 'node')[0] ?? 0;
  process.kill(supervisor, 'SIGSTOP');
  try {
    await accident();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
}

const ready = async (): Promise<boolean> => (await service.call('GET', '/readyz', { key: null })).body.ready === true;

const cerbos = (): number => descendants(service.pid, 'cerbos-linux-x64')[0] ?? 0;

test('PostgreSQL killed: every answer is right or 503, and it comes back by itself', async () => {
  const killed = await postmasterOf(service);
  const heard = await whileAsking(async (sofar) =>
    withoutRestart(async () => {
      process.kill(killed, 'SIGKILL');
      await until(async () => sofar.has('away') && !(await ready()));
    }),
  );
  expect([...heard].toSorted()).toEqual(['away', 'right']);
  expect(isAlive(killed)).toBe(false);
  await until(ready);
  const written = await service.call('PUT', '/v1/business-centers/bc1', { body: { name: 'Renamed Agency' } });
  expect(written.status).toBe(200);
});

test('Cerbos killed: every answer is right or 503, and it comes back by itself', async () => {
  const killed = cerbos();
  const heard = await whileAsking(async (sofar) =>
    withoutRestart(async () => {
      process.kill(killed, 'SIGKILL');
      await until(async () => sofar.has('away') && !(await ready()));
    }),
  );
  expect([...heard].toSorted()).toEqual(['away', 'right']);
  expect(isAlive(killed)).toBe(false);
  await until(ready);
});

test('the supervisor killed: both come back, and nothing wrong is answered meanwhile', async () => {
  const before = descendants(service.pid);
  const [supervisor] = before;
  expect(supervisor).toBeDefined();
  const heard = await whileAsking(async () => {
    process.kill(supervisor ?? 0, 'SIGKILL');
    await until(() => !before.some(isAlive));
  });
  expect([...heard].filter((answer) => answer !== 'away')).toEqual(['right']);
  await until(ready);
});

test('no accident puts a secret into the log, nor what was asked', async () => {
  expect(service.stderr()).toContain('request failed');
  expect(service.stderr()).not.toContain(SERVICE_KEY);
  expect(service.stderr()).not.toContain('Bearer');
});
