import { expect, test } from 'vitest';
import { policiesOf, type Policies } from '../src/policies.ts';
import { sentence, strictReading } from '../src/strict/strict-reading.ts';

const record = (properties: object, more: object = { additionalProperties: false }): object => ({
  type: 'object',
  properties,
  ...more,
});
const ROLE = { anyOf: [{ type: 'string', enum: ['ADMIN', 'STANDARD'] }, { type: 'null' }] };
const SCHEMA = record({
  live: { type: 'boolean' },
  role: ROLE,
  post: { oneOf: [record({ visibility: { type: 'string' } }), { type: 'null' }] },
  paths: { type: 'array', items: { $ref: '#/$defs/path' } },
  scopes: { type: 'array', items: { enum: ['LIVE', 'POST'] } },
});
const CLOSED = {
  ...SCHEMA,
  $defs: { path: record({ via: { enum: ['A', 'B'] }, granted: { type: 'array', items: { type: 'string' } } }) },
};

interface World {
  schema?: object | null;
  principal?: object;
  files?: Readonly<Record<string, object>>;
  more?: object;
  rule?: object;
}

/** A kind with a rule under this condition, in line 1 of `a.yaml`. */
function world(expr: string, { schema = CLOSED, principal, files = {}, more = {}, rule = {} }: World = {}): Policies {
  const refs = {
    ...(schema && { resourceSchema: { ref: 'cerbos:///a.json' } }),
    ...(principal && { principalSchema: { ref: 'cerbos:///p.json' } }),
  };
  const policy = {
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: 'thing',
      version: 'default',
      schemas: refs,
      ...more,
      rules: [{ actions: ['open'], effect: 'EFFECT_ALLOW', roles: ['user'], condition: { match: { expr } }, ...rule }],
    },
  };
  const all = {
    'a.yaml': policy,
    ...(schema && { '_schemas/a.json': schema }),
    ...(principal && { '_schemas/p.json': principal }),
    ...files,
  };
  const texts = Object.entries(all).map(([path, it]): [string, Buffer] => [path, Buffer.from(JSON.stringify(it))]);
  return policiesOf({ hash: '', files: new Map(texts) });
}

const closed = {
  closedKinds: new Set(['thing']),
  filled: new Map<string, string>(),
  compared: new Set(['minute']),
  sentAlong: ['action'],
};
const open = {
  closedKinds: new Set<string>(),
  filled: new Map<string, string>(),
  compared: new Set(['minute']),
  sentAlong: ['action'],
};
const found = (policies: Policies, senders = closed): string[] =>
  strictReading(policies, senders).map((it) => (it.isError ? '' : 'warning: ') + sentence(it));

test.each([
  [
    'has(P.attr.suspended)',
    'a.yaml:1: reads P.attr.suspended, which is never sent. Declare it in the principal schema',
  ],
  ['R.attr.wether', 'reads R.attr.wether, which is never sent (there are live, paths, post, role, scopes)'],
  ['R.attr["weather"]', 'reads R.attr["weather"], which is never sent'],
  ['R.attr["wea" + "ther"]', 'takes a field by a name that is made up there'],
  ['"weather" in R.attr', 'reads "weather" in R.attr, which is never sent'],
  ['request.resource.attr.weather', 'reads request.resource.attr.weather'],
  ['R.attr.post.title == "x"', 'reads R.attr.post.title'],
  ['R.attr.paths.exists(p, p.member)', 'reads p.member, which is never sent (there are granted, via)'],
  ['R.attr.paths.filter(p, p.via == "A").exists(q, q.member)', 'reads q.member'],
  ['R.attr.paths.map(p, p).exists(q, q.member)', 'reads q.member'],
  ['R.attr.paths.all(i, p, p.member)', 'reads p.member'],
  ['R.attr.paths[0].member', 'reads R.attr.paths[0].member'],
  ['(R.attr.paths + R.attr.paths)[0].member', 'reads (R.attr.paths + R.attr.paths)[0].member'],
  ['(R.attr.live ? R.attr : R.attr.post).weather', 'weather, which is never sent'],
  ['[R.attr][0].weather', 'weather, which is never sent'],
  ['{"r": R.attr}.r.weather', 'weather, which is never sent'],
  ['cel.bind(r, R.attr, r.weather)', 'reads r.weather'],
  ['dyn(R.attr).weather', 'hands what was sent to dyn()'],
  ['R.attr.exists(k, k == "weather")', 'goes through the fields of what was sent'],
  ['R.attr.transformMap(k, v, v)["weather"]', 'hands what was sent to transformMap()'],
  ['R.attr == P.attr', 'compares a whole with something else than null'],
  ['R.attr.post in R.attr.paths', 'is used as a whole'],
  ['size(R.attr) > 5', 'hands what was sent to size()'],
  ['R.attr', 'R.attr is used as a whole'],
  ['request.aux_data.jwt.weather', 'reads request.aux_data, which is never sent'],
  ['globals.weather', 'reads globals.weather, which is never sent'],
  ['R.attr.?weather.orValue(false)', 'what this reads cannot be told'],
  ['R.attr.role == "FINANCE"', 'R.attr.role is never "FINANCE", but "ADMIN", "STANDARD", null'],
  ['R.attr.role in ["ADMIN", "FINANCE"]', 'is never "FINANCE"'],
  ['"FINANCE" in R.attr.scopes', 'is never "FINANCE", but "LIVE", "POST"'],
])('of a closed kind, %s is refused', (expr, message) => {
  const all = found(world(expr));
  expect(all).toHaveLength(1);
  expect(all[0]).toContain(message);
  expect(all[0]).toMatch(/^a\.yaml:1/);
});

test.each([
  'R.attr.live && R.attr.post != null && R.attr.post.visibility == "PUBLIC"',
  'has(R.attr.post.visibility)',
  '"live" in R.attr',
  'R.attr["role"] == "ADMIN" || R.attr.role == null',
  'R.attr.paths.exists(p, p.via == "A" && "x" in p.granted)',
  'R.attr.paths.filter(p, p.via == "A").map(p, p.granted).exists(g, size(g) > 0)',
  'size(R.attr.paths) > 0 && R.attr.paths.all(i, p, i == 0 || p.via != "B")',
  '(R.attr.live ? R.attr.paths : [])[0].via == "A"',
  'cel.bind(p, R.attr.paths[0], p.via == "A" && hasIntersection(p.granted, R.attr.scopes))',
  'R.attr.scopes.map(s, s.lowerAscii()).exists(s, s.startsWith("l"))',
  'P.id == R.id && "user" in P.roles && R.kind == "thing"',
  'now() > timestamp("2026-01-01T00:00:00Z") && P.id.matches("^a")',
  '"owner" in runtime.effectiveDerivedRoles',
  '{"a": 1}[P.id] == 1',
])('of a closed kind, %s is taken', (expr) => {
  expect(found(world(expr))).toEqual([]);
});

test('variables are read where they are used, derived roles where a rule names them, exceptions wherever they apply', () => {
  const more = {
    variables: { import: ['shared'], local: { mine: 'R.attr.a' } },
    importDerivedRoles: ['roles'],
  };
  const role = (name: string, expr: string): object => ({
    name,
    parentRoles: ['user'],
    condition: { match: { expr } },
  });
  const files = {
    'b.yaml': { exportVariables: { name: 'shared', definitions: { theirs: 'R.attr.b', unused: 'R.attr.c' } } },
    'c.yaml': {
      derivedRoles: { name: 'roles', definitions: [role('used', 'R.attr.d'), role('unused', 'R.attr.e')] },
    },
    'd.yaml': {
      principalPolicy: {
        principal: 'eve',
        version: 'default',
        rules: [
          {
            resource: 'th*',
            actions: [{ action: '*', effect: 'EFFECT_DENY', condition: { match: { expr: 'R.attr.f' } } }],
          },
          {
            resource: 'door',
            actions: [{ action: '*', effect: 'EFFECT_DENY', condition: { match: { expr: 'R.attr.g' } } }],
          },
        ],
      },
    },
  };
  const rule = { derivedRoles: ['used'], output: { when: { ruleActivated: 'R.attr.h' } } };
  const read = found(world('V.theirs', { files, more, rule })).map((it) => it.replace(/, which.*/, ''));
  expect(read.toSorted()).toEqual([
    'a.yaml:1: reads R.attr.a',
    'a.yaml:1: reads R.attr.h',
    'b.yaml:1: reads R.attr.b',
    'c.yaml:1: reads R.attr.d',
    'd.yaml:1: reads R.attr.f',
  ]);
});

test('a variable of one policy is not taken for that of another in the same file', () => {
  const more = { variables: { local: { x: 'R.attr.live' } }, importDerivedRoles: ['roles'] };
  const definitions = [{ name: 'used', parentRoles: ['user'], condition: { match: { expr: 'V.x' } } }];
  const roles = { name: 'roles', variables: { local: { x: 'R.attr.weather' } }, definitions };
  const rule = { derivedRoles: ['used'] };
  const one = world('V.x', { more, rule }).files.map(({ path, text }): [string, Buffer] => [
    path,
    Buffer.from(path === 'a.yaml' ? `${text}\n---\n${JSON.stringify({ derivedRoles: roles })}` : text),
  ]);
  const all = found(policiesOf({ hash: '', files: new Map(one) }));
  expect(all).toEqual([expect.stringContaining('a.yaml:3: reads R.attr.weather')]);
});

test.each([
  ['R.attr.weather', {}],
  ['R.attr.weather', { $ref: 'cerbos:///elsewhere.json' }],
  ['R.attr.weather', { type: 'object' }],
  ['R.attr.post.weather', record({ post: {} })],
  ['R.attr.posts[0].weather', record({ posts: { type: 'array' } })],
  ['R.attr.posts.x.weather', record({ posts: record({}, { additionalProperties: {} }) })],
])('of a closed kind %s is refused, though its schema %j leaves it open', (expr, schema) => {
  expect(found(world(expr, { schema })).length).toBeGreaterThan(0);
});

test('what the principal schema declares is read', () => {
  const principal = record({ suspended: { type: ['boolean', 'null'] } });
  expect(found(world('P.attr.suspended == true', { principal }))).toEqual([]);
  expect(found(world('P.attr.other', { principal }))).toHaveLength(1);
});

test('a closed kind has a schema, and neither versions nor scopes', () => {
  expect(found(world('R.attr.x', { schema: null }))[0]).toContain('thing names no schema of its resource');
  const at = { version: 'default', scope: 'acme', rules: [] };
  const files = { 's.yaml': { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'thing', ...at } } };
  expect(found(world('true', { files }))).toEqual(['s.yaml:1: no scope of thing is ever asked about. Remove it.']);
});

/** Of everybody else's policies. */
test.each<[string, object | null, string[]]>([
  ['R.attr.weather', CLOSED, ['a.yaml:1: reads R.attr.weather']],
  ['R.attr.weather', { ...CLOSED, additionalProperties: true }, ['warning: a.yaml:1: reads R.attr.weather']],
  ['R.attr.weather', { type: 'object' }, []],
  ['R.attr.weather', null, []],
  ['R.attr.action.weather && R.attr.action == {}', CLOSED, []],
  ['R.attr["wea" + "ther"] || dyn(R.attr).weather || size(R.attr) > 3 || R.attr == P.attr', CLOSED, []],
  ['R.attr.?weather.orValue(false) && R.attr.role == "FINANCE"', CLOSED, []],
  ['request.auxData.jwt.iss == "x" && globals.region == "eu" && P.attr.any.thing', CLOSED, []],
  ['R.attr.tags.city == "x"', record({ tags: record({}, { additionalProperties: { type: 'string' } }) }), []],
])('of other kinds %s by %j is %j', (expr, schema, expected) => {
  expect(found(world(expr, { schema }), open).map((it) => it.replace(/, which.*/, ''))).toEqual(expected);
});

const SUSPENDED = { suspended: { type: 'boolean' } };
const WIDER = {
  ...CLOSED,
  properties: { ...(CLOSED as unknown as { properties: object }).properties, ...SUSPENDED },
  $defs: { path: record({ via: { enum: ['A', 'B'] }, granted: { type: 'array' }, ...SUSPENDED }) },
};
const FILLED = { ...closed, filled: new Map([['thing', JSON.stringify(CLOSED)]]) };

test.each([
  ['R.attr.suspended == true', 'reads R.attr.suspended, which is never sent'],
  ['has(R.attr.suspended)', 'reads R.attr.suspended, which is never sent'],
  ['R.attr["suspended"] == true', 'reads R.attr["suspended"], which is never sent'],
  ['"suspended" in R.attr', 'reads "suspended" in R.attr, which is never sent'],
  ['R.attr.paths.exists(p, p.suspended)', 'reads p.suspended, which is never sent'],
])('a field that a schema declares and nobody fills is refused: %s', (expr, message) => {
  const policies = world(expr, { schema: WIDER });
  expect(found(policies)).toEqual([]);
  const [said] = found(policies, FILLED);
  expect(said).toContain(`a.yaml:1: ${message}`);
  expect(said).toContain(
    'The schema of thing declares it, and the service does not fill it: make it a fact there first',
  );
});

test('nor is a subject filled whose schema a policy names', () => {
  const policies = world('P.attr.suspended', { principal: record(SUSPENDED) });
  expect(found(policies)).toEqual([]);
  expect(found(policies, FILLED)).toEqual([
    expect.stringContaining('The principal schema of thing declares it, and the service does not fill it'),
  ]);
});

test('what is filled is read, and a name that nobody declares keeps its remedy', () => {
  expect(found(world('R.attr.live && R.attr.paths.exists(p, p.via == "A")', { schema: WIDER }), FILLED)).toEqual([]);
  expect(found(world('R.attr.wether', { schema: WIDER }), FILLED)).toEqual([
    expect.stringContaining('Declare it in the schema of thing, or remove it.'),
  ]);
});
