import { isReadableGlob } from './glob.ts';
import { PolicyError } from './policy-error.ts';
import type { Policies } from './policies.ts';
import type { Keys, PolicyDocument } from './policy-documents.ts';
import { asNode, isString } from './yaml-node.ts';

/**
 * Refuses what Cerbos reads otherwise than people and this service do: patterns on which it errs, patterns of roles,
 * field names that it takes in a second spelling, and a condition that is merged into one of another sort.
 * @throws PolicyError with file and line
 */
export function refuseUnsupportedSyntax({ documents }: Pick<Policies, 'documents'>): void {
  for (const document of documents) visit(document, document.content, []);
}

type Refuse = (why: string) => never;

function visit(document: PolicyDocument, value: unknown, at: Keys): void {
  const refuse = (why: string): never => {
    throw new PolicyError(`${document.locate(...at)}: ${why}`);
  };
  const field = at.findLast((key) => isString(key)) ?? '';
  if (isString(value)) refusePattern(field, value, refuse);
  if (typeof value !== 'object' || value === null) return;
  if (field === 'match' || field === 'of') refuseTwoConditions(value, refuse);
  for (const [key, child] of Object.entries(value)) {
    if (OF_AUTHORS.has(key) && !Array.isArray(child)) continue;
    const spelling = SPELLINGS.get(key);
    if (spelling !== undefined) refuse(`${key} is read as ${spelling} by Cerbos alone: write ${spelling}.`);
    visit(document, child, [...at, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Fields under which authors name things as they like. */
const OF_AUTHORS = new Set(['variables', 'constants', 'definitions', 'metadata']);

const PATTERNS = new Set(['actions', 'action', 'allowActions', 'resource']);
const ROLES = new Set(['roles', 'parentRoles', 'role']);

function refusePattern(field: string, value: string, refuse: Refuse): void {
  if (PATTERNS.has(field) && !isReadableGlob(value)) {
    refuse(
      `Cerbos cannot be relied on to match ${value}. A pattern is made of text, *, ?, [abc] and {one,two}, ` +
        'with no stars side by side or in braces, and ** at an end alone; write the names out.',
    );
  }
  if (ROLES.has(field) && value !== '*' && value.includes('*')) {
    refuse(`${value} is a pattern to Cerbos, also among roles: write the roles out, or "*" for all.`);
  }
}

function refuseTwoConditions(match: object, refuse: Refuse): void {
  const [one, other] = ['all', 'any', 'none', 'expr'].filter((it) => Object.hasOwn(asNode(match), it));
  if (other !== undefined) refuse(`${one} and ${other} stand in one condition, of which Cerbos takes one alone.`);
}

/** The fields that Cerbos takes in the spelling of Protocol Buffers, too. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [
    'resourcePolicy',
    'principalPolicy',
    'rolePolicy',
    'derivedRoles',
    'exportVariables',
    'exportConstants',
    'importDerivedRoles',
    'parentRoles',
    'allowActions',
    'ruleActivated',
    'conditionNotMet',
    'resourceSchema',
    'principalSchema',
    'ignoreWhen',
    'scopePermissions',
  ].map((name) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), name]),
);
