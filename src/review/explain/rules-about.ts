import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { leavesOf } from '@sparkgate/cerbos-policies/condition';
import { matchesAny, matchesGlob } from '@sparkgate/cerbos-policies/glob';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { Rule } from '@sparkgate/cerbos-policies/policy';

/** A rule that is about what was asked, by its action, which may be a glob. */
export interface RuleAbout {
  /** As Cerbos names it in a trace. */
  rule: string;
  policy: string;
  effect: string;
  /** The expressions of its condition as they are written. */
  expressions: readonly string[];
}

type About = Pick<DecisionInput, 'kind' | 'action' | 'principalId'>;

/** The rules about an action, of the kind's policies and of the subject's own ones. */
export function rulesAbout({ resources, exceptions }: Policies, asked: About): RuleAbout[] {
  const { kind, action, principalId } = asked;
  const own = resources.filter((it) => it.kind === kind);
  const personal = exceptions.filter(({ sort, whose }) => sort === 'principal' && whose === principalId);
  return [
    ...own.flatMap(({ version, rules }) =>
      rules.flatMap((rule) => about(rule, { action, policy: `resource.${kind}.v${version}` })),
    ),
    ...personal.flatMap(({ rules }) =>
      rules
        .filter(({ resource }) => matchesGlob(resource, kind))
        .flatMap(({ resource, rules: said }) =>
          said.flatMap((rule) =>
            about(
              { ...rule, title: rule.name ?? `${resource}_${rule.title}` },
              { action, policy: `principal.${principalId}` },
            ),
          ),
        ),
    ),
  ];
}

function about(
  { title, actions, effect, condition }: Rule,
  { action, policy }: { action: string; policy: string },
): RuleAbout[] {
  if (!matchesAny(actions, action)) return [];
  return [{ rule: title, policy, effect: String(effect), expressions: leavesOf(condition).map(({ expr }) => expr) }];
}
