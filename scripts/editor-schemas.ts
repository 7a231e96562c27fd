import { z } from 'zod';

// What an editor completes and checks in policies and their tests. Cerbos has the last word on both.

const Name = z.string().min(1);
const Expression = z.string().min(1).meta({ description: 'A CEL expression, such as R.attr.owner_id == P.id' });
const Match: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ expr: Expression }),
    z.strictObject({ all: Several }),
    z.strictObject({ any: Several }),
    z.strictObject({ none: Several }),
  ]),
);
const Several = z.strictObject({ of: z.array(Match).min(1) });
const Condition = z.union([z.strictObject({ match: Match }), z.strictObject({ script: z.string() })]);
const Variables = z.strictObject({
  import: z.array(Name).optional(),
  local: z.record(z.string(), z.string()).optional(),
});
const Constants = z.strictObject({
  import: z.array(Name).optional(),
  local: z.record(z.string(), z.unknown()).optional(),
});
const Schema = z.strictObject({
  ref: z
    .string()
    .regex(/^cerbos:\/\/\//)
    .meta({ description: 'cerbos:///NAME.json, below _schemas' }),
  ignoreWhen: z.strictObject({ actions: z.array(Name).min(1) }).optional(),
});

const Effect = z.enum(['EFFECT_ALLOW', 'EFFECT_DENY']);

const Rule = z
  .strictObject({
    name: Name.meta({ description: 'The rule as a sentence of the domain, in words with hyphens' }),
    actions: z.array(Name).min(1),
    effect: Effect,
    roles: z.array(Name).min(1).optional(),
    derivedRoles: z.array(Name).min(1).optional(),
    condition: Condition.optional(),
    output: z
      .strictObject({
        when: z.strictObject({ ruleActivated: z.string().optional(), conditionNotMet: z.string().optional() }),
      })
      .optional(),
  })
  .refine((rule) => rule.roles !== undefined || rule.derivedRoles !== undefined, 'is for no role');

const ResourcePolicy = z.strictObject({
  resource: Name,
  version: Name,
  scope: z.string().optional(),
  importDerivedRoles: z.array(Name).optional(),
  variables: Variables.optional(),
  constants: Constants.optional(),
  schemas: z.strictObject({ principalSchema: Schema.optional(), resourceSchema: Schema.optional() }).optional(),
  rules: z.array(Rule),
});

const DerivedRoles = z.strictObject({
  name: Name,
  variables: Variables.optional(),
  constants: Constants.optional(),
  definitions: z
    .array(z.strictObject({ name: Name, parentRoles: z.array(Name).min(1), condition: Condition.optional() }))
    .min(1),
});

/** A policy file of ours. */
export const PolicyDocument = z.strictObject({
  apiVersion: z.literal('api.cerbos.dev/v1'),
  description: z.string().optional(),
  disabled: z.boolean().optional(),
  metadata: z.unknown().optional(),
  resourcePolicy: ResourcePolicy.optional(),
  derivedRoles: DerivedRoles.optional(),
  principalPolicy: z.unknown().optional(),
  rolePolicy: z.unknown().optional(),
  exportVariables: z.strictObject({ name: Name, definitions: z.record(z.string(), z.string()) }).optional(),
  exportConstants: z.strictObject({ name: Name, definitions: z.record(z.string(), z.unknown()) }).optional(),
});

const Attributes = z.record(z.string(), z.unknown());
const Input = z.strictObject({
  principals: z.array(Name).optional(),
  principalGroups: z.array(Name).optional(),
  resources: z.array(Name).optional(),
  resourceGroups: z.array(Name).optional(),
  actions: z.array(Name).min(1),
  auxData: z.string().optional(),
});
const Expected = z.strictObject({
  principal: Name.optional(),
  principals: z.array(Name).optional(),
  principalGroups: z.array(Name).optional(),
  resource: Name.optional(),
  resources: z.array(Name).optional(),
  resourceGroups: z.array(Name).optional(),
  actions: z.record(z.string(), Effect).meta({ description: 'What is not named here is expected to be denied' }),
  outputs: z.array(z.unknown()).optional(),
});

/** A file of policy tests. */
export const PolicyTest = z.strictObject({
  name: Name,
  description: z.string().optional(),
  skip: z.boolean().optional(),
  skipReason: z.string().optional(),
  options: z.unknown().optional(),
  auxData: z.unknown().optional(),
  principals: z
    .record(z.string(), z.looseObject({ id: Name, roles: z.array(Name).min(1), attr: Attributes.optional() }))
    .optional(),
  principalGroups: z.record(z.string(), z.unknown()).optional(),
  resources: z.record(z.string(), z.looseObject({ id: Name, kind: Name, attr: Attributes.optional() })).optional(),
  resourceGroups: z.record(z.string(), z.unknown()).optional(),
  tests: z
    .array(
      z.strictObject({
        name: Name,
        description: z.string().optional(),
        skip: z.boolean().optional(),
        skipReason: z.string().optional(),
        options: z.unknown().optional(),
        input: Input,
        expected: z.array(Expected).optional(),
      }),
    )
    .min(1),
});

/** By the file that an editor is pointed at. */
export const EDITOR_SCHEMAS = { 'policy.json': PolicyDocument, 'policy-test.json': PolicyTest } as const;
