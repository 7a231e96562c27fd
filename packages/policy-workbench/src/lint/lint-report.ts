import { join } from 'node:path';
import { repositoryPaths, type Finding } from '../findings.ts';
import { LINT_RULES, type LintFinding } from './lint-finding.ts';

/** What lint found, for people or for programs. */
export async function lintReport(
  found: readonly LintFinding[],
  format: 'text' | 'json' | 'sarif',
  folder: string,
): Promise<string> {
  switch (format) {
    case 'text':
      return asText(found);
    case 'json':
      return `${JSON.stringify({ findings: found.map((it) => ({ level: LINT_RULES[it.rule].level, ...it })) }, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(await asSarif(found, folder), null, 2)}\n`;
  }
}

/** The same as findings with paths of this machine. */
export const lintFindings = (found: readonly LintFinding[], folder: string): Finding[] =>
  found.map(({ rule, file, line, message }) => ({
    level: LINT_RULES[rule].level,
    title: rule,
    file: join(folder, file),
    line,
    message,
  }));

function asText(found: readonly LintFinding[]): string {
  if (found.length === 0) return 'Nothing was found.\n';
  const lines = found.map(({ rule, file, line, message }) => `${file}:${line} ${rule}: ${message}`);
  const rules = [...new Set(found.map(({ rule }) => rule))];
  return `${[...lines, '', ...rules.map((it) => `${it}: ${LINT_RULES[it].says} (docs/lint/${it}.md)`)].join('\n')}\n`;
}

/** SARIF 2.1.0, as code scanning reads it. */
async function asSarif(found: readonly LintFinding[], folder: string): Promise<object> {
  const pathOf = await repositoryPaths();
  const rules = Object.entries(LINT_RULES).map(([id, { says }]) => ({
    id,
    shortDescription: { text: says },
    help: { text: `${says}. See docs/lint/${id}.md of policy-workbench.` },
  }));
  const results = await Promise.all(
    found.map(async ({ rule, file, line, message }) => {
      const artifactLocation = { uri: encodeURI(await pathOf(join(folder, file))) };
      return {
        ruleId: rule,
        level: LINT_RULES[rule].level,
        message: { text: message },
        locations: [{ physicalLocation: { artifactLocation, region: { startLine: line } } }],
      };
    }),
  );
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'policy-workbench lint', rules } }, results }],
  };
}
