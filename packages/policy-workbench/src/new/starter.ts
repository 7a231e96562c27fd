/** @param sentAlong objects that every resource comes with */
export const schemaOf = (sentAlong: readonly string[]): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    owner_id: { type: 'string' },
    shared: { type: 'boolean' },
    ...Object.fromEntries(sentAlong.map((name) => [name, { type: 'object' }])),
  },
  required: ['owner_id', 'shared', ...sentAlong],
  additionalProperties: false,
});

/** A policy with a rule for whoever owns it and one for everybody. */
export const policyOf = (kind: string): string => `# What may be done with a ${kind}. What no rule allows is denied.
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

/** A test of both rules that notices every mutant of them. */
export function testOf(kind: string, sentAlong: readonly string[]): string {
  const more = sentAlong.map((name) => `, ${name}: {}`).join('');
  return `# Actions that a test expects nothing of are expected to be denied.
name: ${kind}
principals:
  ann: { id: ann, roles: [user] }
  bob: { id: bob, roles: [user] }
  app: { id: ann, roles: [app] }
resources:
  anns: { kind: ${kind}, id: one, attr: { owner_id: ann, shared: false${more} } }
  anns_shared: { kind: ${kind}, id: two, attr: { owner_id: ann, shared: true${more} } }
tests:
  - name: owners view and edit what is theirs, others do neither, and nobody does anything else
    input: { principals: [ann, bob, app], resources: [anns], actions: [view, edit, delete] }
    expected:
      - { principal: ann, resource: anns, actions: { view: EFFECT_ALLOW, edit: EFFECT_ALLOW, delete: EFFECT_DENY } }
      - { principal: bob, resource: anns, actions: { view: EFFECT_DENY, edit: EFFECT_DENY, delete: EFFECT_DENY } }
      - { principal: app, resource: anns, actions: { view: EFFECT_DENY, edit: EFFECT_DENY, delete: EFFECT_DENY } }

  - name: what is shared is seen by all users, and edited by its owner alone
    input: { principals: [bob, app], resources: [anns_shared], actions: [view, edit] }
    expected:
      - { principal: bob, resource: anns_shared, actions: { view: EFFECT_ALLOW, edit: EFFECT_DENY } }
      - { principal: app, resource: anns_shared, actions: { view: EFFECT_DENY, edit: EFFECT_DENY } }
`;
}
