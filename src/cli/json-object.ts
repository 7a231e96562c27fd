import { InvalidArgumentError } from 'commander';
import { JsonRefusal, readJson } from '../domain/strict-json.ts';

/** A JSON object on the command line, read as strictly as one that is sent. @throws InvalidArgumentError */
export function jsonObject(text: string): Record<string, unknown> {
  const value = strictly(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new InvalidArgumentError('takes a JSON object.');
}

function strictly(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonRefusal) throw new InvalidArgumentError(`takes a JSON object. ${error.message}`);
    throw error;
  }
}
