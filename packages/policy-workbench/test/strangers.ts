import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { folderOf } from './support.ts';

const API = 'apiVersion: api.cerbos.dev/v1\n';

/** Nobody approves what is theirs. */
export const FOUR_EYES = `    - name: four-eyes
      actions: [approve]
      effect: EFFECT_DENY
      roles: ["*"]
      condition: { match: { expr: V.mine } }
`;

/** A kind without a schema: owners, auditors, four eyes. */
const DOC = `${API}resourcePolicy:
  resource: doc
  version: default
  importDerivedRoles: [of_docs]
  variables:
    local:
      mine: R.attr.owner == P.id
  rules:
    # Whoever owns it writes it.
    - name: owners-write
      actions: [write]
      effect: EFFECT_ALLOW
      derivedRoles: [owner]
    - name: auditors-read
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [auditor]
    - name: users-approve
      actions: [approve]
      effect: EFFECT_ALLOW
      roles: [user, lead]
${FOUR_EYES}`;

const OF_DOCS = `${API}derivedRoles:
  name: of_docs
  definitions:
    - name: owner
      parentRoles: [user]
      condition: { match: { expr: R.attr.owner == P.id } }
`;

const ACME = `${API}resourcePolicy:
  resource: doc
  version: default
  scope: acme
  rules:
    - name: acme-leads-print
      actions: [print]
      effect: EFFECT_ALLOW
      roles: [lead]
`;

const EVE = `${API}principalPolicy:
  principal: eve
  version: default
  rules:
    - resource: doc
      actions:
        - { name: eve-never-writes, action: write, effect: EFFECT_DENY }
`;

const INTERN = `${API}rolePolicy:
  role: intern
  parentRoles: [user]
  rules:
    - resource: doc
      allowActions: [approve]
`;

const GATE = `${API}resourcePolicy:
  resource: gate
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///gate.json" } }
  rules:
    - name: members-pass
      actions: [pass]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: R.attr.member } }
`;

const INVARIANTS = `kinds:
  gate:
    sentences:
      - { id: members-only, rules: [G1], says: Only members pass., actions: [pass], allowed_only_if: R.attr.member }
`;

/** What tests name, in forms that no policy may have. */
const PRINCIPALS = `principals:
  ann: { id: ann, roles: [user], attr: { role: "team-*", parent_roles: [user] } }
  bob: { id: bob, roles: [lead] }
  aud: { id: aud, roles: [auditor] }
  eve: { id: eve, roles: [user] }
  ina: { id: ina, roles: [intern] }
`;

const RESOURCES = `resources:
  anns: { kind: doc, id: anns, attr: { owner: ann } }
  eves: { kind: doc, id: eves, attr: { owner: eve } }
  bobs: { kind: doc, id: bobs, attr: { owner: bob } }
  auds: { kind: doc, id: auds, attr: { owner: aud } }
  acmes: { kind: doc, id: acmes, scope: acme, attr: { owner: ann } }
  open: { kind: gate, id: open, attr: { member: true } }
  shut: { kind: gate, id: shut, attr: { member: false } }
`;

/** What a test expects to be allowed. */
export const expected = (principal: string, resource: string, ...actions: readonly string[]): string =>
  `      - { principal: ${principal}, resource: ${resource}, actions: { ${actions.map((it) => `${it}: EFFECT_ALLOW`).join(', ')} } }\n`;

const DOC_TEST = `name: same name
tests:
  - name: docs
    input: { principals: [ann, bob, aud, eve, ina], resources: [anns, eves, bobs, auds], actions: [write, read, approve, print] }
    expected:
${expected('ann', 'anns', 'write')}${expected('ann', 'eves', 'approve')}${expected('bob', 'anns', 'approve')}${expected('bob', 'eves', 'approve')}${expected('aud', 'anns', 'read')}${expected('aud', 'eves', 'read')}${expected('aud', 'bobs', 'read')}${expected('aud', 'auds', 'read')}${['bobs', 'auds'].map((it) => expected('ann', it, 'approve')).join('')}${expected('bob', 'auds', 'approve')}${['bobs', 'auds'].map((it) => expected('eve', it, 'approve') + expected('ina', it, 'approve')).join('')}${expected('eve', 'anns', 'approve')}${expected('ina', 'anns', 'approve')}${expected('ina', 'eves', 'approve')}  - name: a scope of their own
    input: { principals: [ann, bob], resources: [acmes], actions: [print] }
    expected:
${expected('bob', 'acmes', 'print')}`;

const GATE_TEST = `name: same name
tests:
  - name: gates
    input: { principals: [ann, bob], resources: [open, shut], actions: [pass, close] }
    expected:
${expected('ann', 'open', 'pass')}`;

/** A kind like many others, with 32 outcomes of its tests. */
const SHELF = (n: number): Record<string, string> => ({
  [`policies/shelves/shelf ${n}.yaml`]: `${API}resourcePolicy:
  resource: shelf_${n}
  version: default
  rules:
    - name: staff-of-${n}
      actions: [look, take]
      effect: EFFECT_ALLOW
      roles: [staff_${n}]
      condition:
        match:
          all:
            of:
              - expr: R.attr.floor == P.attr.floor
              - expr: R.attr.open == true || P.attr.keys.exists(k, k == R.attr.key)
    - name: closed-${n}
      actions: [take]
      effect: EFFECT_DENY
      roles: ["*"]
      condition: { match: { expr: R.attr.closed == ${n} } }
`,
  [`policies/shelves/shelf ${n}_test.yaml`]: `name: shelves
principals:
  low: { id: low, roles: [staff_${n}], attr: { floor: 1, keys: [a] } }
  high: { id: high, roles: [staff_${n}], attr: { floor: 2, keys: [] } }
  other: { id: other, roles: [guest], attr: { floor: 1, keys: [a] } }
  none: { id: none, roles: [staff_${n}], attr: { floor: 1, keys: [b] } }
resources:
  first: { kind: shelf_${n}, id: first, attr: { floor: 1, open: false, key: a, closed: 0 } }
  second: { kind: shelf_${n}, id: second, attr: { floor: 2, open: true, key: a, closed: 0 } }
  third: { kind: shelf_${n}, id: third, attr: { floor: 1, open: true, key: a, closed: ${n} } }
  fourth: { kind: shelf_${n}, id: fourth, attr: { floor: 2, open: false, key: a, closed: 0 } }
tests:
  - name: shelf ${n}
    input: { principals: [low, high, other, none], resources: [first, second, third, fourth], actions: [look, take] }
    expected:
${expected('low', 'first', 'look', 'take')}${expected('low', 'third', 'look')}${expected('none', 'third', 'look')}${expected('high', 'second', 'look', 'take')}`,
});

/** Settings of git that change what `git diff` prints, and how it writes names. */
const SETTINGS = {
  'diff.noprefix': 'true',
  'diff.mnemonicPrefix': 'true',
  'core.quotePath': 'true',
  'color.ui': 'always',
};

/** A repository of policies as somebody else might have it. */
export interface Repository {
  folder: string;
  git: (...args: readonly string[]) => Promise<string>;
}

/**
 * A repository with principal, role and scoped policies, tests beside them, two suites of one name, unusual names and
 * settings of git. @param shelves how many more kinds it has
 */
export async function strangersRepository(shelves = 0): Promise<Repository> {
  const folder = await folderOf({
    'policies/_schemas/gate.json': JSON.stringify({
      type: 'object',
      properties: { member: { type: 'boolean' } },
      required: ['member'],
      additionalProperties: false,
    }),
    'policies/my doc.yaml': DOC,
    'policies/derived roles.yaml': OF_DOCS,
    'policies/acme/документ.yaml': ACME,
    'policies/people/eve.yaml': EVE,
    'policies/roles/intern.yaml': INTERN,
    'policies/ворота.yaml': GATE,
    'policy-tests/invariants.yaml': INVARIANTS,
    'policies/my doc_test.yaml': DOC_TEST,
    'policies/gate_test.yaml': GATE_TEST,
    'policies/testdata/principals.yaml': PRINCIPALS,
    'policies/testdata/resources.yaml': RESOURCES,
    ...Object.assign({}, ...Array.from({ length: shelves }, (_, index) => SHELF(index + 1))),
  });
  const git = async (...args: readonly string[]): Promise<string> => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
    return (await promisify(execFile)('git', ['-C', folder, ...identity, ...args])).stdout;
  };
  await git('init', '--quiet', '--initial-branch=main');
  for (const [name, value] of Object.entries(SETTINGS)) await git('config', name, value);
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'policies');
  return { folder, git };
}
