import { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonObject } from '../../src/cli/json-object.ts';
import { readConfig } from '../../src/config.ts';
import { SparkgateError } from '../../src/domain/errors.ts';
import { importFacts } from '../../src/domain/import/import-facts.ts';
import { inOfflineContext } from '../../src/runtime/offline-context.ts';
import { endpointsOf, type Document } from '../support/openapi-samples.ts';
import { ADMIN_KEY, testApp, type Answer, type TestApp } from '../support/app.ts';
import { answerOf } from '../support/call.ts';
import { standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';

// Whatever JSON comes in: input x place, every cell filled.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

/** What somebody sends as the value of a property: JSON, or bytes that are none. */
type Sent = string | Buffer;

/** Each input with where it is wrong, below the place, and why. */
const BAD: Record<string, [sent: Sent, below: string, why: RegExp]> = {
  'a whole number beyond 2^53': [
    '9007199254740993',
    '',
    /9007199254740993 would arrive as 9007199254740992\. Send it in quotes/,
  ],
  'an id of 19 digits': ['7123456789012345678', '', /7123456789012345678 would arrive as 7123456789012346000/],
  'a number too large': ['[1e400]', '/0', /1e400 would arrive as Infinity/],
  'a number too small': ['[1e-400]', '/0', /1e-400 would arrive as 0/],
  'a fraction too long': ['{"n":0.1000000000000000055511151231257827}', '/n', /would arrive as 0\.1/],
  'a name twice': ['{"a":1,"a":2}', '/a', /named more than once: send each name once/],
  'a name twice, once escaped': [
    '[{"user_role":"STANDARD","user\\u005frole":"ADMIN"}]',
    '/0/user_role',
    /more than once/,
  ],
  'the name __proto__': ['{"__proto__":{"a":1}}', '/__proto__', /gets lost/],
  'half of a surrogate pair': ['"\\ud800"', '', /half of a surrogate pair/],
  'half of a pair in a name': ['{"\\udc00x":1}', '', /half of a surrogate pair/],
  'arrays without end': ['['.repeat(30_000) + ']'.repeat(30_000), '/0', /deeper than 64 levels/],
  'objects without end': [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, '/a', /deeper than 64 levels/],
  GBK: [Buffer.from([0x22, 0xb9, 0xab, 0xbf, 0xaa, 0x22]), 'NOWHERE', /is not UTF-8 near byte \d+: send JSON in UTF-8/],
  'a surrogate in bytes': [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'NOWHERE', /is not UTF-8 near byte/],
  'no JSON': ["'a'", 'NOWHERE', /is not JSON/],
};

/** What JavaScript itself writes, and other spellings of the same, with what it is. */
const GOOD: [sent: string, value: unknown][] = [
  ['[0.1,1e21,5e-324,0.10,1E5,1.7976931348623157e308]', [0.1, 1e21, 5e-324, 0.1, 1e5, Number.MAX_VALUE]],
  ['[9007199254740992,9007199254740994]', [2 ** 53, 2 ** 53 + 2]],
  ['"7123456789012345678"', '7123456789012345678'],
  ['"\\ud83d\\ude00公开\uFFFD"', '😀公开\uFFFD'],
  ['{"a":{"a":[{"a":1},{"a":1}]}}', { a: { a: [{ a: 1 }, { a: 1 }] } }],
];

/** A request with a hole in its body, and the pointer to that hole. */
interface Place {
  method: 'POST' | 'PUT';
  path: string;
  body: string;
  pointer: string;
  actor?: string;
  /** Anything may stand there. */
  open?: true;
}

const [SUBJECT, ACTION, RESOURCE] = ['{"type":"user","id":"sam"', '{"name":"read"', '{"type":"record","id":"r1"'];
const CHECK = `"subject":${SUBJECT}},"action":${ACTION}},"resource":${RESOURCE}}`;
const sides = (path: string, more = ''): Record<string, Place> => {
  const place = (side: string, body: string, pointer: string): [string, Place] => [
    `${path}: ${side}`,
    { method: 'POST', path: `/access/v1/${path}`, body: `{${body}${more}}`, pointer, open: true },
  ];
  return Object.fromEntries([
    place('subject', CHECK.replace(SUBJECT, `${SUBJECT},"properties":{"x":%}`), '/subject/properties/x'),
    place('action', CHECK.replace(ACTION, `${ACTION},"properties":{"x":%}`), '/action/properties/x'),
    place('resource', CHECK.replace(RESOURCE, `${RESOURCE},"properties":{"x":%}`), '/resource/properties/x'),
    place('context', `${CHECK},"context":{"x":%}`, '/context/x'),
    place('a member that nobody knows', `${CHECK},"x":%`, '/x'),
  ]);
};
const put = (path: string, body: string, pointer: string): Record<string, Place> => ({
  [`PUT ${path}`]: { method: 'PUT', path: `/v1/${path}`, body, pointer },
});

const PLACES: Record<string, Place> = {
  ...sides('evaluation'),
  ...sides('evaluations', ',"evaluations":[{}]'),
  'evaluations: an item': {
    method: 'POST',
    path: '/access/v1/evaluations',
    body: `{${CHECK},"evaluations":[{},{"resource":${RESOURCE},"properties":{"x":%}}}]}`,
    pointer: '/evaluations/1/resource/properties/x',
    open: true,
  },
  ...sides('search/subject'),
  ...sides('search/resource'),
  ...sides('search/action'),
  ...put('business-centers/bc1', '{"name":%}', '/name'),
  ...put('users/eve', '{"display_name":%}', '/display_name'),
  ...put('freezes/business_center/bc1', '{"reason":%}', '/reason'),
  ...put('business-centers/bc1/members/eve', '{"user_role":%}', '/user_role'),
  ...put('ad-accounts/adv1', '{"name":"Spring","bc_id":%}', '/bc_id'),
  ...put('ad-accounts/adv1/members/eve', '{"advertiser_role":%}', '/advertiser_role'),
  ...put('tiktok-accounts/brand', '{"handle":"@brand","showcase":{"enabled":%}}', '/showcase/enabled'),
  ...put('tiktok-accounts/brand/links/eve', '{"scopes":["POST",%]}', '/scopes/1'),
  'PUT entities/record/r1': {
    method: 'PUT',
    path: '/v1/entities/record/r1',
    body: '{"attributes":{"x":%}}',
    pointer: '/attributes/x',
    open: true,
  },
  'POST business-centers/bc1/access-requests': {
    method: 'POST',
    path: '/v1/business-centers/bc1/access-requests',
    body: '{"scopes":["POST"],"expires_in":%}',
    pointer: '/expires_in',
    actor: 'user:adm',
  },
  'PUT business-centers/bc1/tiktok-accounts/brand/members/sam': {
    method: 'PUT',
    path: '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam',
    body: '{"scopes":%}',
    pointer: '/scopes',
    actor: 'user:adm',
  },
  'POST api-keys': {
    method: 'POST',
    path: '/v1/api-keys',
    body: '{"name":"k","permissions":%}',
    pointer: '/permissions',
  },
  'POST api-keys rotate': {
    method: 'POST',
    path: '/v1/api-keys/none/rotate',
    body: '{"overlap":%}',
    pointer: '/overlap',
  },
};

function filled(body: string, sent: Sent): Buffer {
  const [before = '', after = ''] = body.split('%');
  return Buffer.concat([Buffer.from(before), Buffer.from(sent), Buffer.from(after)]);
}

async function send(
  { method, path, actor }: Omit<Place, 'body' | 'pointer'>,
  body: Buffer,
  type = 'application/json',
): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${ADMIN_KEY}`,
    'Content-Type': type,
    ...(actor !== undefined && { 'X-Actor': actor }),
  };
  return answerOf(await app.request(path, { method, headers, body: new Uint8Array(body) }));
}

const revision = async (): Promise<unknown> => (await app.call('GET', '/v1/audit?limit=1')).body.items[0]?.revision;

/** What is to be answered to every bad input at a place. */
const expected = (pointer: string, place: (pointer: string) => unknown): unknown =>
  Object.fromEntries(
    Object.entries(BAD).map(([name, [, below, why]]) => {
      const at = below === 'NOWHERE' ? '' : `${pointer}${below}`;
      return [name, { at: place(at), why: expect.stringMatching(why) }];
    }),
  );

describe('bodies', () => {
  test.each(Object.entries(PLACES))('%s: every bad input is a 400 that names its place', async (_, place) => {
    const before = await revision();
    const outcomes = await Promise.all(
      Object.entries(BAD).map(async ([name, [sent]]) => {
        const { status, body } = await send(place, filled(place.body, sent));
        const [{ pointer, message }] = body.errors ?? [{}];
        expect([name, status, body.code, body.detail]).toEqual([
          name,
          400,
          'invalid_request',
          expect.stringContaining(message),
        ]);
        // What nests too deep is named down to where it is too deep.
        return [
          name,
          { at: name.endsWith('end') ? pointer.slice(0, place.pointer.length + 2) : pointer, why: message },
        ];
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual(expected(place.pointer, (at) => at));
    expect(await revision()).toBe(before);
  });

  test.each(Object.entries(PLACES).filter(([, { open }]) => open))(
    '%s: what JavaScript writes is taken',
    async (_, place) => {
      for (const [sent] of GOOD) {
        const { status, body } = await send(place, filled(place.body, sent));
        expect({ sent, status, body: body.errors }).toEqual({ sent, status: 200, body: undefined });
      }
    },
  );

  test('no operation with a JSON body is missing above', async () => {
    const document: Document = (await app.call('GET', '/openapi.json', { key: null })).body;
    const all = endpointsOf(document).filter(({ bodies }) => bodies.length > 0 && !bodies.some(isFactLine));
    const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const tried = Object.values(PLACES).map(({ method, path }) => ({ method, path }));
    const missing = all.filter(
      (it) => !tried.some(({ method, path }) => it.method === method && pattern(it.path).test(path)),
    );
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  test('the name that is sent twice lifts nobody to administrator', async () => {
    const twice = '{"user_role":"STANDARD","user_role":"ADMIN"}';
    const { status, body } = await send(
      { method: 'PUT', path: '/v1/business-centers/bc1/members/eve' },
      Buffer.from(twice),
    );
    expect([status, body.errors[0].pointer]).toEqual([400, '/user_role']);
    const asked = { subject: { type: 'user', id: 'eve' }, action: { name: 'request_account_access' } };
    const answer = await app.call('POST', '/access/v1/evaluation', {
      body: { ...asked, resource: { type: 'business_center', id: 'bc1' } },
    });
    expect(answer.body.context.reasons[0].code).toBe('NOT_A_MEMBER');
  });

  test('attributes come back as they were sent', async () => {
    for (const [sent, value] of GOOD) {
      expect(
        (await send({ method: 'PUT', path: '/v1/entities/record/r2' }, Buffer.from(`{"attributes":{"x":${sent}}}`)))
          .status,
      ).toBe(200);
      const { items } = (await app.call('GET', '/v1/entities/record')).body;
      expect(items.find((it: { id: string }) => it.id === 'r2')).toEqual({
        type: 'record',
        id: 'r2',
        attributes: { x: value },
      });
    }
  });

  test('200 KB of brackets are a 400 in every place', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const outcomes: [name: string, status: number][] = [];
    // One after another: large batches of one caller at once are refused for their size (503).
    for (const [name, place] of Object.entries(PLACES)) {
      outcomes.push([name, (await send(place, filled(place.body, deep))).status]);
    }
    expect(outcomes).toEqual(Object.keys(PLACES).map((name) => [name, 400]));
  });
});

const isFactLine = (sample: unknown): boolean =>
  typeof sample === 'object' && sample !== null && 'type' in sample && sample.type === 'business_center';

/** Content types, and whether they are taken. */
const CHARSETS: [string, boolean][] = [
  ['', true],
  ['; charset=utf-8', true],
  [';charset=UTF-8', true],
  ['; Charset="utf-8"', true],
  ['; charset="UTF-8" ; x=y', true],
  ['; charset=utf8', true],
  ['; profile="a; charset=gbk"', true],
  ['; charset=gbk', false],
  ['; charset="GB18030"', false],
  ['; charset=utf-16', false],
  ['; charset=iso-8859-1', false],
  ['; charset=utf-8; charset=gbk', false],
  ['; x="a\\";b"; CHARSET=latin1', false],
  ['; charset=', false],
];

const FACT = '{"type":"business_center","bc_id":"bc9","name":"Nine"}';

describe.each([
  ['a check', { method: 'POST', path: '/access/v1/evaluation', body: `{${CHECK}}` }, 'application/json'],
  ['a fact', { method: 'PUT', path: '/v1/business-centers/bc9', body: '{"name":"Nine"}' }, 'application/json'],
  ['an import', { method: 'POST', path: '/v1/relationships/import', body: FACT }, 'application/x-ndjson'],
] as const)('the charset of %s', (_, place, type) => {
  test.each(CHARSETS)(`${type}%s: %s`, async (parameters, taken) => {
    const { status, body } = await send(place, Buffer.from(place.body), type + parameters);
    expect([status, body.errors]).toEqual(
      taken ? [200, undefined] : [400, [{ pointer: 'Content-Type', message: 'takes no charset but utf-8' }]],
    );
  });
});

describe('lines of an import', () => {
  const LINE = '{"type":"tiktok_account","id":"brand","handle":"@brand","showcase":{"enabled":true,"sources":[%]}}';
  const FIELD = 'showcase/sources/0';
  const file = (sent: Sent): Buffer =>
    Buffer.concat([Buffer.from(`${FACT}\r\n\n`), filled(LINE, sent), Buffer.from('\n')]);
  const message = (below: string, why: RegExp): RegExp =>
    new RegExp(`^${below === 'NOWHERE' ? '' : `${FIELD}${below}.* `}.*${why.source}`);
  const whole = Object.fromEntries(Object.entries(BAD).map(([name, [, below, why]]) => [name, message(below, why)]));

  test.each(Object.entries(BAD))('over HTTP: %s is a 400 that names the line and the field', async (name, [sent]) => {
    const before = await revision();
    const { status, body } = await send(
      { method: 'POST', path: '/v1/relationships/import' },
      file(sent),
      'application/x-ndjson',
    );
    expect([status, body.code, body.errors]).toEqual([
      400,
      'invalid_request',
      [{ pointer: 'line 3', message: expect.stringMatching(whole[name]!) }],
    ]);
    expect(body.detail).toBe(`Line 3: ${body.errors[0].message}. Nothing was imported.`);
    expect(await revision()).toBe(before);
  });

  test('from the command line: likewise', async () => {
    const config = readConfig({ DATABASE_URL: app.databaseUrl });
    const outcomes = await inOfflineContext(config, async (ctx) => {
      const found: [string, unknown][] = [];
      for (const [name, [sent]] of Object.entries(BAD)) {
        const outcome = await importFacts(ctx, Readable.from([file(sent)])).catch((error: unknown) => error);
        found.push([name, outcome instanceof SparkgateError ? outcome.errors : outcome]);
      }
      return found;
    });
    expect(outcomes).toEqual(
      Object.keys(BAD).map((name) => [name, [{ pointer: 'line 3', message: expect.stringMatching(whole[name]!) }]]),
    );
  });

  test('bytes of one character in two chunks are one character', async () => {
    const bytes = Buffer.from(`${FACT.replace('Nine', '九')}\n`);
    const chunks = Array.from(bytes, (byte) => Uint8Array.from([byte]));
    const config = readConfig({ DATABASE_URL: app.databaseUrl });
    const { result } = await inOfflineContext(config, async (ctx) => importFacts(ctx, Readable.from(chunks)));
    expect(result.imported).toEqual({ business_center: 1 });
  });
});

describe('objects on the command line', () => {
  test.each(Object.entries(BAD).filter((it): it is [string, [string, string, RegExp]] => typeof it[1][0] === 'string'))(
    '%s is an error that names its place',
    (_, [sent, below, why]) => {
      let caught: unknown;
      try {
        jsonObject(`{"x":${sent}}`);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(InvalidArgumentError);
      const place = below === 'NOWHERE' ? 'What was sent' : `/x${below}`;
      expect((caught as Error).message).toMatch(new RegExp(`^takes a JSON object\\. ${place}.*${why.source}`));
    },
  );

  test('what JavaScript writes is taken', () => {
    for (const [sent, value] of GOOD) expect(jsonObject(`{"x":${sent}}`)).toEqual({ x: value });
  });
});

test('a key without permission learns no more of its body than that it may not', async () => {
  const { key } = await newKey(app, ['check']);
  const bad = { body: '{"user_role":1,"user_role":2}', key };
  expect((await app.call('PUT', '/v1/business-centers/bc1/members/eve', bad)).status).toBe(400);
  expect((await app.call('PUT', '/v1/business-centers/bc1/members/eve', { ...bad, key: null })).status).toBe(401);
});
