import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { githubLines, type Finding } from '../findings.ts';
import { junit } from '../junit.ts';

/** A report, and the file that it goes to; null: standard output. */
export interface Output<F extends string = string> {
  format: F;
  file: string | null;
}

/** `--output FORMAT` or `--output FORMAT=FILE`, as often as wanted. */
export function outputOption<F extends string>(formats: readonly F[], usual: F): Option {
  const initial: readonly Output<F>[] = [{ format: usual, file: null }];
  const said = `${formats.join(', ')}; FORMAT=FILE writes it there; may be given several times`;
  return new Option('-o, --output <format>', said).default(initial, usual).argParser((text, before: unknown) => {
    const [name = '', ...file] = text.split('=');
    const format = formats.find((it) => it === name);
    if (format === undefined) throw new InvalidArgumentError(`Allowed choices are ${formats.join(', ')}.`);
    const one = { format, file: file.length === 0 ? null : file.join('=') };
    const others = before === initial ? [] : (before as readonly Output<F>[]);
    if (one.file === '') throw new InvalidArgumentError('There is no file after =.');
    if (one.file === null && others.some((it) => it.file === null))
      throw new InvalidArgumentError('Two reports cannot share standard output: name a file, as in junit=tests.xml.');
    return [...others, one];
  });
}

/** Whether people read a report on standard output. */
export const isForPeople = (outputs: readonly Output[]): boolean =>
  outputs.some(({ format, file }) => file === null && (format === 'text' || format === 'tree'));

/** Writes each report where it is wanted. @throws PolicyError for a file that cannot be written */
export async function writeOutputs<F extends string>(
  outputs: readonly Output<F>[],
  render: (format: F) => string | Promise<string>,
): Promise<void> {
  for (const { format, file } of outputs) {
    const report = await render(format);
    if (file === null) process.stdout.write(report);
    else await write(file, report);
  }
}

/** @throws PolicyError for a file that cannot be written */
async function write(file: string, report: string): Promise<void> {
  await writeFile(resolve(file), report).catch((cause: unknown) => {
    throw new PolicyError(`${file} cannot be written: is there such a folder, and may you write to it?`, { cause });
  });
}

/** Reports of a command that did not come to what it is asked: each in its format, so that whoever reads one reads why. */
export async function writeBroken(
  outputs: readonly Output[],
  name: string,
  findings: readonly Finding[],
): Promise<void> {
  const cases = findings.map(({ title, message }) => ({ suite: name, name: title, failure: message }));
  const broken: Readonly<Record<string, () => string | Promise<string>>> = {
    junit: () => junit(name, cases),
    json: () => `${JSON.stringify({ errors: findings }, null, 2)}\n`,
    github: async () => githubLines(findings),
    markdown: () =>
      ['### The policies could not be compared', '', '```', ...findings.map(({ message }) => message), '```', ''].join(
        '\n',
      ),
  };
  await writeOutputs(outputs, (format) => broken[format]?.() ?? '');
}

/** Runs a command. What hinders it stands in its reports as well. @throws what hindered it */
export async function reporting(outputs: readonly Output[], name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) {
      await writeBroken(outputs, name, [hindrance(error.message)]).catch(() => undefined);
    }
    throw error;
  }
}

/** What hinders a command, at the place with which the message begins, where it does. */
function hindrance(message: string): Finding {
  const [, file, line] = /^([^\n]+?\.(?:ya?ml|json)):(\d+): /.exec(message) ?? [];
  return {
    level: 'error',
    title: 'cannot run',
    file: file ?? null,
    line: line === undefined ? null : Number(line),
    message,
  };
}
