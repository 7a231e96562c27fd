import { faultsOf } from '../closed.ts';
import { SparkgateError } from '../errors.ts';
import { FactLine } from './fact-line.ts';

/** A fact and the line it stands in, from 1. */
export interface NumberedFact {
  line: number;
  fact: FactLine;
}

/** A line may hold this many characters. */
const LONGEST_LINE = 65_536;

/** Reads NDJSON as it comes; blank lines are passed over. @throws SparkgateError `invalid_request` that names the line */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedFact> {
  let line = 0;
  for await (const text of textLines(chunks)) {
    line += 1;
    if (text.trim() !== '') yield { line, fact: parseLine(text, line) };
  }
}

/** The complaint about one line. */
export function badLine(line: number, message: string): SparkgateError {
  return new SparkgateError('invalid_request', `Line ${line}: ${message}. Nothing was imported.`, {
    errors: [{ pointer: `line ${line}`, message }],
  });
}

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  for await (const chunk of chunks) {
    const lines = (rest + decode(decoder, line + 1, chunk)).split('\n');
    rest = lines.pop() ?? '';
    line += lines.length;
    if (rest.length > LONGEST_LINE) throw badLine(line + 1, `holds more than ${LONGEST_LINE} characters`);
    yield* lines;
  }
  rest += decode(decoder, line + 1);
  if (rest !== '') yield rest;
}

function decode(decoder: InstanceType<typeof TextDecoder>, line: number, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw badLine(line, 'at or after this line the text is not UTF-8');
  }
}

function parseLine(text: string, line: number): FactLine {
  if (text.length > LONGEST_LINE) throw badLine(line, `holds more than ${LONGEST_LINE} characters`);
  const parsed = FactLine.safeParse(parseJson(text, line));
  if (parsed.success) return parsed.data;
  const [fault] = faultsOf(parsed.error);
  const where = fault?.pointer ? `${fault.pointer.slice(1)}: ` : '';
  throw badLine(line, `${where}${fault?.message ?? 'is not a fact'}`);
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badLine(line, 'is not JSON');
  }
}
