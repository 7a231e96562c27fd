import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { readTraces, type TraceEntry } from '@sparkgate/cerbos-pdp/traces';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { Point } from './point.ts';

/** The rules whose conditions held, by `policy#rule`, in a trace of one action. */
function rulesThatHeld(trace: readonly TraceEntry[]): string[] {
  const held = trace.flatMap(({ at, activated, result }) => {
    const rule = at.findIndex(({ kind }) => kind === 'RULE');
    const below = at.slice(rule + 1).map(({ kind }) => kind);
    const whole = below[0] === 'CONDITION' && below.length <= 2 && below[1] !== 'VARIABLES';
    return rule >= 0 && whole && activated && result === true ? [`${at[0]?.name ?? ''}#${at[rule]?.name ?? ''}`] : [];
  });
  return [...new Set(held)].map((it) => it.replace(/^cerbos\./, ''));
}

/** Which rules hold at each point for an action, by Cerbos' own account. @throws PolicyError when it has none */
export async function explainPoints(
  policyDir: string,
  kind: string,
  questions: readonly { point: Point; action: string }[],
): Promise<string[][]> {
  const asked = questions.map(({ point: { role, attr }, action }) =>
    decisionInput({ kind, action, roles: [role], resourceAttr: { ...attr } }),
  );
  return explainQuestions(policyDir, asked);
}

/** Which rules hold in each question, by Cerbos' own account. @throws PolicyError when it has none */
export async function explainQuestions(policyDir: string, questions: readonly DecisionInput[]): Promise<string[][]> {
  if (questions.length === 0) return [];
  const folder = await temporaryFolder('sg-explain-');
  try {
    await mkdir(join(folder, 'tests'));
    await writeFile(join(folder, 'tests', 'points_test.yaml'), JSON.stringify(suiteOf(questions)));
    const tests = join(folder, 'tests');
    const { stdout, stderr } = await compilePolicies(policyDir, { tests, output: 'json', verbose: true });
    if (!stdout.startsWith('{')) throw new PolicyError(`Cerbos does not explain itself: ${stderr}`);
    const traced = new Map(readTraces(stdout).map((it) => [it.test, rulesThatHeld(it.trace)]));
    return questions.map((_, index) => traced.get(`q${index}`) ?? []);
  } finally {
    await removeTemporary(folder);
  }
}

function suiteOf(questions: readonly DecisionInput[]): object {
  const each = <T>(make: (question: DecisionInput) => T): Record<string, T> =>
    Object.fromEntries(questions.map((question, index) => [`q${index}`, make(question)]));
  return {
    name: 'points',
    principals: each(({ principalId: id, roles, principalAttr: attr }) => ({ id, roles, attr })),
    resources: each(({ resourceId: id, kind, resourceAttr: attr }) => ({ id, kind, attr })),
    tests: questions.map(({ action }, index) => {
      const [name, actions] = [`q${index}`, [action]];
      const expected = [{ principal: name, resource: name, actions: { [action]: 'EFFECT_ALLOW' } }];
      return { name, input: { principals: [name], resources: [name], actions }, expected };
    }),
  };
}
