import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DecisionRecord } from '../../decision/decision-record.ts';
import { PlatformError } from '../../platform/platform-error.ts';

/** A line of a file of decision records: a record, or what is wrong with it. */
export type Line = { number: number } & ({ record: DecisionRecord } | { wrong: string });

/** Reads a file of decision records line by line. @throws PlatformError when it cannot be read */
export async function* readRecords(file: string): AsyncGenerator<Line> {
  const input = createReadStream(file);
  let number = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (text.trim() !== '') yield { number, ...recordOf(text) };
    }
  } catch (cause) {
    throw new PlatformError(`${file} cannot be read.`, { cause });
  }
}

function recordOf(text: string): { record: DecisionRecord } | { wrong: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: text.trimEnd().endsWith('}') ? 'is no JSON' : 'is cut off' };
  }
  const parsed = DecisionRecord.safeParse(value);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return { wrong: `is no decision record: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''}` };
}
