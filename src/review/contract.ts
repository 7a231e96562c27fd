import type { Contract } from '@sparkgate/policy-workbench/contract';
import { BUNDLE_KIND, SENDERS, SERVICE_KIND } from '../decision/bundle.ts';
import { STORED_KINDS } from '../facts/kinds.ts';
import { WORDS } from './words.ts';

/** What the policy workbench has to know of this service. */
export const CONTRACT: Contract = {
  ...SENDERS,
  roles: ['user', 'tiktok_account', 'api_key'],
  mistakableRoles: ['user', 'tiktok_account'],
  // Types of subjects are no kinds to write policies for here.
  reservedNames: new Set([...Object.keys(STORED_KINDS), SERVICE_KIND, BUNDLE_KIND, 'user', 'api_key', 'operator']),
  cast: { user: 'sam', tiktok_account: 'olga', api_key: 'key', anonymous: 'nobody' },
  words: WORDS,
};
