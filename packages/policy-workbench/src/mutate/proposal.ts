import type { Contract } from '../contract.ts';
import { PLACEHOLDERS } from '@sparkgate/cerbos-pdp/decision-input';
import { stringify } from 'yaml';
import { inPlainWords } from '../space/plain-words.ts';
import type { Mutant } from './mutants.ts';
import type { Difference } from './trial.ts';

/** The test that would have killed a mutant, as YAML to paste. */
export function proposedTest(
  { kind, action, point, matters, allowed, subject, ids }: Difference,
  mutant: Mutant,
  { cast: known, words }: Pick<Contract, 'cast' | 'words'>,
): string {
  const member = known[point.role];
  const isCast = Object.keys(subject).length === 0 && ids === PLACEHOLDERS && member !== undefined;
  const principal = isCast ? member : `${kind}_subject_${mutant.number}`;
  const roles = point.role.split(', ');
  const resource = `${kind}_${action}_${mutant.number}`;
  const effect = allowed ? 'EFFECT_ALLOW' : 'EFFECT_DENY';
  const test = {
    name: `${inPlainWords(point, matters, words)}: ${action} -> ${allowed ? 'ALLOW' : 'DENY'}`,
    input: { principals: [principal], resources: [resource], actions: [action] },
    expected: [{ principal, resource, actions: { [action]: effect } }],
  };
  const options = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true } as const;
  const flow = (value: unknown): string => stringify(value, options).trim();
  const cast = { id: ids.principalId, roles, attr: subject };
  return [
    // A folder that defines its subjects in the tests themselves has no cast.
    '# testdata/principals.yaml, or the test itself, under principals, if it is not there:',
    `  ${principal}: ${flow(cast)}`,
    '# testdata/resources.yaml, or the test itself, under resources:',
    `  ${resource}: ${flow({ kind, id: ids.resourceId, attr: point.attr })}`,
    `# ${kind}_test.yaml, under tests:`,
    `  - name: ${JSON.stringify(test.name)}`,
    `    input: ${flow(test.input)}`,
    '    expected:',
    ...test.expected.map((it) => `      - ${flow(it)}`),
  ].join('\n');
}
