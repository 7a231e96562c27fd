import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PoliciesRefused } from './refused.ts';

/** Beside the invariants: what of the suite before is given up. */
const FILE = 'acceptances.yaml';

const Names = z.array(z.string().min(1)).min(1);
const Acceptance = z
  .strictObject({
    /** `suite: test`, or `suite` where it cannot be run as a whole. */
    tests: Names.optional(),
    /** Invariants, by their ids. */
    sentences: Names.optional(),
    reason: z.string().min(1),
    /** The hash of the suite in which they stand. */
    against: z.string().regex(/^[0-9a-f]{64}$/, 'is the hash of a suite'),
  })
  .refine(({ tests, sentences }) => tests ?? sentences, 'names tests or sentences');
const File = z.strictObject({ accept: z.array(Acceptance) });

/** One expectation of the suite before that is given up, and why. */
export interface Accepted {
  sort: 'test' | 'sentence';
  name: string;
  reason: string;
  /** The hash of the suite in which it stands. */
  against: string;
}

/**
 * Reads what a folder of tests gives up of one suite; what it gave up of others says nothing of this one.
 * @throws PoliciesRefused for a file that cannot be read as such
 */
export async function readAcceptances(folder: string, against: string): Promise<Accepted[]> {
  const text = await readFile(join(folder, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return [];
  return parsed(text)
    .accept.filter((it) => it.against === against)
    .flatMap(({ tests = [], sentences = [], reason }) => [
      ...tests.map((name): Accepted => ({ sort: 'test', name, reason, against })),
      ...sentences.map((name): Accepted => ({ sort: 'sentence', name, reason, against })),
    ]);
}

function parsed(text: string): z.infer<typeof File> {
  try {
    return File.parse(parse(text, { logLevel: 'silent' }));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const why = issue ? `${issue.path.join('.') || 'the file'} ${issue.message}` : String(cause);
    throw new PoliciesRefused('tests', `${FILE} cannot be read: ${why}`, { cause });
  }
}

/** The lines that would accept these, for whoever has reasons to. */
export function acceptanceOf(names: Readonly<Record<Accepted['sort'], readonly string[]>>, against: string): string {
  const list = (key: string, of: readonly string[]): string[] =>
    of.length === 0 ? [] : [`${key}:`, ...of.map((name) => `  - ${JSON.stringify(name)}`)];
  const lines = [
    ...list('tests', names.test),
    ...list('sentences', names.sentence),
    'reason: (why they may go)',
    `against: ${against}`,
  ];
  return [`  # ${FILE}`, '  accept:', ...lines.map((line, at) => `    ${at === 0 ? '- ' : '  '}${line}`)].join('\n');
}
