import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import { matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policy-files';

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
export function rulesAbout(files: readonly PolicyFile[], asked: About): RuleAbout[] {
  return files.flatMap(({ documents }) =>
    documents.flatMap((root) => [
      ...ofKind(asNode(root['resourcePolicy']), asked),
      ...ofPrincipal(asNode(root['principalPolicy']), asked),
    ]),
  );
}

function ofKind(policy: YamlNode, { kind, action }: About): RuleAbout[] {
  if (policy['resource'] !== kind) return [];
  return asList(policy['rules'])
    .map(asNode)
    .flatMap((rule, index) => {
      if (!matchesAny(asList(rule['actions']).map(String), action)) return [];
      return [ruleAbout(rule, numbered(index), `resource.${kind}.v${String(policy['version'])}`)];
    });
}

function ofPrincipal(policy: YamlNode, { kind, action, principalId }: About): RuleAbout[] {
  if (policy['principal'] !== principalId) return [];
  const rules = asList(policy['rules']).map(asNode);
  return rules
    .filter(({ resource }) => matchesGlob(String(resource), kind))
    .flatMap(({ resource, actions }) =>
      asList(actions)
        .map(asNode)
        .flatMap((rule, index) => {
          if (!matchesGlob(String(rule['action']), action)) return [];
          return [ruleAbout(rule, `${String(resource)}_${numbered(index)}`, `principal.${principalId}`)];
        }),
    );
}

const numbered = (index: number): string => `rule-${String(index + 1).padStart(3, '0')}`;

function ruleAbout(rule: YamlNode, otherwise: string, policy: string): RuleAbout {
  return {
    rule: isString(rule['name']) ? rule['name'] : otherwise,
    policy,
    effect: String(rule['effect']),
    expressions: expressionsIn(asNode(asNode(rule['condition'])['match'])),
  };
}

function expressionsIn(match: YamlNode): string[] {
  if (isString(match['expr'])) return [match['expr']];
  return ['all', 'any', 'none'].flatMap((how) => asList(asNode(match[how])['of']).map(asNode).flatMap(expressionsIn));
}
