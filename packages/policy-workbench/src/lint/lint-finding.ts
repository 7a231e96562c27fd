import type { Keys, PolicyDocument } from '@sparkgate/cerbos-policies/policy-documents';

/** What lint looks for; each has a page of its own in `docs/lint`. */
export const LINT_RULES = {
  'always-errs': { level: 'error', says: 'An expression that cannot be evaluated, whatever is sent' },
  'constant-condition': { level: 'error', says: 'A condition that always holds, or never does' },
  'dead-rule': { level: 'error', says: 'A rule that changes no decision' },
  'deny-for-some-roles': { level: 'error', says: 'A DENY that another role gets round' },
  'rule-hash-collision': { level: 'error', says: 'Rules that Cerbos cannot tell apart' },
  'rule-without-test': { level: 'warning', says: 'A rule that no test sees hold, or none sees fail' },
  'unguarded-null': { level: 'warning', says: 'A value that may be null, used as if it never were' },
} as const;

export type LintRule = keyof typeof LINT_RULES;

/** Something that lint found, and where: a file below the folder of policies. */
export interface LintFinding {
  rule: LintRule;
  file: string;
  line: number;
  message: string;
}

/** @param keys where it stands in the document */
export const foundAt = (rule: LintRule, document: PolicyDocument, keys: Keys, message: string): LintFinding => ({
  rule,
  ...document.placeOf(keys),
  message,
});
