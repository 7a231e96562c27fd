import type { Policies } from './policies.ts';
import { PolicyError } from './policy-error.ts';
import { asNode } from './yaml-node.ts';

const REQUIRES_CONSENT = 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS';

const BODIES = { resource: 'resourcePolicy', principal: 'principalPolicy' } as const;

/** A policy, and what it says of the permissions in its scope; null: nothing. */
interface Said {
  scope: string;
  permissions: string | null;
  /** File and line. */
  at: string;
}

/**
 * Refuses scopes whose permissions depend on chance. Cerbos keeps one setting a scope, that of the policy that it loaded
 * last. It refuses two policies of one scope that say different things; a policy that says nothing beside one that
 * requires the consent of the parent scope it takes, and then either the consent is needed for both or for none.
 * @throws PolicyError with files and lines
 */
export function refuseMixedScopePermissions({ loaded }: Pick<Policies, 'loaded'>): void {
  const said = loaded.flatMap((policy): Said[] => {
    if (policy.sort !== 'resource' && policy.sort !== 'principal') return [];
    const { document, scope } = policy;
    const { scopePermissions } = asNode(document.content[BODIES[policy.sort]]);
    const permissions = typeof scopePermissions === 'string' ? scopePermissions : null;
    return [{ scope: scope ?? '', permissions, at: document.locate(BODIES[policy.sort]) }];
  });
  for (const [scope, own] of Map.groupBy(said, (it) => it.scope)) {
    const requiring = own.find(({ permissions }) => permissions === REQUIRES_CONSENT);
    const other = own.find(({ permissions }) => permissions !== REQUIRES_CONSENT);
    if (!requiring || !other) continue;
    throw new PolicyError(
      `${requiring.at} and ${other.at}: of ${scope === '' ? 'policies without a scope' : `the scope ${scope}`} one says ` +
        `scopePermissions: ${REQUIRES_CONSENT} and the other does not. Cerbos keeps one setting a scope, that of the ` +
        'policy that it happens to load last: say the same in each.',
    );
  }
}
