import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isOfThisService } from '../../decision/bundle.ts';
import { isStoredKind } from '../../decision/project.ts';
import { PlatformError } from '../../platform/platform-error.ts';

/** What a kind may be called. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Types of subjects, which are no kinds to write policies for here. */
const SUBJECTS = new Set(['user', 'api_key', 'operator']);

/**
 * Writes a policy, a schema and a test to start from; returns the files. @param known the kinds that have a policy
 * @throws PlatformError for a name that will not do, and for what is there already
 */
export async function newKind(
  kind: string,
  { policies, tests, known }: { policies: string; tests: string; known: ReadonlySet<string> },
): Promise<string[]> {
  if (!NAME.test(kind)) {
    throw new PlatformError(`${kind} is no name for a kind: a to z, 0 to 9 and _, a letter first, at most 63.`);
  }
  if (isStoredKind(kind) || isOfThisService(kind) || SUBJECTS.has(kind)) {
    throw new PlatformError(`${kind} is a word of this service's own.`);
  }
  if (known.has(kind)) throw new PlatformError(`There is a policy for ${kind} already.`);
  const files = new Map([
    [join(policies, 'resource_policies', `${kind}.yaml`), policyOf(kind)],
    [join(policies, '_schemas', `${kind}.json`), `${JSON.stringify(SCHEMA, null, 2)}\n`],
    [join(tests, `${kind}_test.yaml`), testOf(kind)],
  ]);
  for (const file of files.keys()) {
    const there = await stat(file).catch(() => null);
    if (there) throw new PlatformError(`${file} is there already; nothing was written.`);
  }
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
  return [...files.keys()];
}

/** Every resource comes with `action` and `context`: what the caller says of the action and of the circumstances. */
const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    owner_id: { type: 'string' },
    shared: { type: 'boolean' },
    action: { type: 'object' },
    context: { type: 'object' },
  },
  required: ['owner_id', 'shared', 'action', 'context'],
  additionalProperties: false,
};

const policyOf = (kind: string): string => `# What may be done with a ${kind}. What no rule allows is denied.
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: ${kind}
  version: default
  schemas:
    resourceSchema:
      ref: cerbos:///${kind}.json
  rules:
    # Whoever owns it does everything with it.
    - name: owners-view-and-edit
      actions: [view, edit]
      effect: EFFECT_ALLOW
      output: { when: { ruleActivated: '"owner"' } }
      roles: [user]
      condition:
        match:
          expr: R.attr.owner_id == P.id

    # What is shared is seen by every user.
    - name: users-view-what-is-shared
      actions: [view]
      effect: EFFECT_ALLOW
      output: { when: { ruleActivated: '"shared"' } }
      roles: [user]
      condition:
        match:
          expr: R.attr.shared == true
`;

const testOf = (kind: string): string => `# Actions that a test expects nothing of are expected to be denied.
name: ${kind}
principals:
  ann: { id: ann, roles: [user] }
  bob: { id: bob, roles: [user] }
resources:
  anns: { kind: ${kind}, id: one, attr: { owner_id: ann, shared: false, action: {}, context: {} } }
  anns_shared: { kind: ${kind}, id: two, attr: { owner_id: ann, shared: true, action: {}, context: {} } }
tests:
  - name: owners view and edit what is theirs, others do neither
    input: { principals: [ann, bob], resources: [anns], actions: [view, edit] }
    expected:
      - { principal: ann, resource: anns, actions: { view: EFFECT_ALLOW, edit: EFFECT_ALLOW } }
      - { principal: bob, resource: anns, actions: { view: EFFECT_DENY, edit: EFFECT_DENY } }

  - name: what is shared is seen by all, and edited by its owner alone
    input: { principals: [bob], resources: [anns_shared], actions: [view, edit] }
    expected:
      - { principal: bob, resource: anns_shared, actions: { view: EFFECT_ALLOW, edit: EFFECT_DENY } }
`;
