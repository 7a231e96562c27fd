import { createReadStream } from 'node:fs';
import { DecisionRecord } from '../../decision/decision-record.ts';
import { byteLines } from '../../domain/byte-lines.ts';
import { JsonRefusal, readJsonBytes } from '../../domain/strict-json.ts';
import { PlatformError } from '../../platform/platform-error.ts';

/** A line of a file of decision records: a record, or what is wrong with it. */
export type Line = { number: number } & ({ record: DecisionRecord } | { wrong: string });

/** No record is longer, in bytes: what is sent has bounds of its own. */
const LONGEST_RECORD = 16_777_216;

/** Reads a file of decision records line by line. @throws PlatformError when it cannot be read */
export async function* readRecords(file: string): AsyncGenerator<Line> {
  let number = 0;
  try {
    for await (const bytes of byteLines(createReadStream(file), LONGEST_RECORD)) {
      number += 1;
      if (bytes.length > LONGEST_RECORD) throw new Error(`line ${number} has more than ${LONGEST_RECORD} bytes`);
      if (bytes.some((byte) => byte > 0x20)) yield { number, ...recordOf(bytes) };
    }
  } catch (cause) {
    throw new PlatformError(`${file} cannot be read.`, { cause });
  }
}

/** A record counts as it was written, or not at all: rounded, it would tell of another decision. */
function recordOf(bytes: Uint8Array): { record: DecisionRecord } | { wrong: string } {
  let value: unknown;
  try {
    value = readJsonBytes(bytes);
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error;
    const isWhole = bytes.findLast((byte) => byte > 0x20) === BRACE_END;
    return { wrong: isWhole ? `${error.pointer} ${error.why}`.trimStart() : 'is cut off' };
  }
  const parsed = DecisionRecord.safeParse(value);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return { wrong: `is no decision record: ${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''}` };
}

const BRACE_END = 0x7d;
