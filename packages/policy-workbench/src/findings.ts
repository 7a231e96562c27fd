import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { repositoryOf } from './base/git.ts';

/** Something that a command found, and where. */
export interface Finding {
  level: 'error' | 'warning' | 'notice';
  /** In a few words. */
  title: string;
  /** As a path of this machine. */
  file: string | null;
  line: number | null;
  message: string;
}

/** What tells the path of a file in the repository that one works in, or below the working directory. */
export async function repositoryPaths(): Promise<(file: string) => Promise<string>> {
  const here = await realpath(process.cwd());
  const root = (await repositoryOf(here)) ?? here;
  return async (file) => relative(root, await realpath(file).catch(() => resolve(file)));
}

/** Findings in the lines that GitHub shows beside the code: paths are those of the repository. */
export async function githubLines(findings: readonly Finding[]): Promise<string> {
  const pathOf = await repositoryPaths();
  const lines = findings.map(async ({ level, title, file, line, message }) => {
    const path = file === null ? null : await pathOf(file);
    const place = [...(path === null ? [] : [`file=${inProperty(path)}`]), ...(line === null ? [] : [`line=${line}`])];
    return `::${level} ${[...place, `title=${inProperty(title)}`].join(',')}::${inMessage(message)}\n`;
  });
  return (await Promise.all(lines)).join('');
}

const inMessage = (text: string): string =>
  text.trimEnd().replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const inProperty = (text: string): string => inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** As people call it here. */
function shortest(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

/**
 * Says findings on standard error, whatever the reports are and wherever they go.
 * @param isBrief the first line of each will do: a report for people stands beside it
 */
export function sayFindings(findings: readonly Finding[], isBrief = false): void {
  for (const { level, title, file, line, message } of findings) {
    const place = file === null ? '' : `${shortest(file)}${line === null ? '' : `:${line}`}: `;
    const [first = '', ...more] = message.trimEnd().split('\n');
    const said = first.toLowerCase().startsWith(title) ? first : `${title}: ${first}`;
    process.stderr.write(`${level.toUpperCase()} ${place}${[said, ...(isBrief ? [] : more)].join('\n  ')}\n`);
  }
}
