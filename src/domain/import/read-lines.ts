import { byteLines } from '../byte-lines.ts';
import { faultsOf } from '../closed.ts';
import { SparkgateError } from '../errors.ts';
import { JsonRefusal, readJsonBytes } from '../strict-json.ts';
import { FactLine } from './fact-line.ts';

/** A fact and the line it stands in, from 1. */
export interface NumberedFact {
  line: number;
  fact: FactLine;
}

/** A line may hold this many bytes. */
const LONGEST_LINE = 65_536;

/** Reads NDJSON as it comes; blank lines are passed over. @throws SparkgateError `invalid_request` that names the line */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedFact> {
  let line = 0;
  for await (const bytes of byteLines(chunks, LONGEST_LINE)) {
    line += 1;
    if (bytes.length > LONGEST_LINE) throw badLine(line, `holds more than ${LONGEST_LINE} bytes`);
    if (!isBlank(bytes)) yield { line, fact: parseLine(bytes, line) };
  }
}

/** The complaint about one line. */
export function badLine(line: number, message: string): SparkgateError {
  return new SparkgateError('invalid_request', `Line ${line}: ${message}. Nothing was imported.`, {
    errors: [{ pointer: `line ${line}`, message }],
  });
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 0x20);
}

function parseLine(bytes: Uint8Array, line: number): FactLine {
  const parsed = FactLine.safeParse(readLine(bytes, line));
  if (parsed.success) return parsed.data;
  const [fault] = faultsOf(parsed.error);
  const where = fault?.pointer ? `${fault.pointer.slice(1)}: ` : '';
  throw badLine(line, `${where}${fault?.message ?? 'is not a fact'}`);
}

function readLine(bytes: Uint8Array, line: number): unknown {
  try {
    return readJsonBytes(bytes);
  } catch (error) {
    if (!(error instanceof JsonRefusal)) throw error;
    throw badLine(line, `${error.pointer.slice(1)} ${error.why}`.trimStart());
  }
}
