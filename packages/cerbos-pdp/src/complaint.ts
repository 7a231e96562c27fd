type Failure = {
  file?: string;
  error?: string;
  error_details?: { position?: { line?: number; column?: number } };
};
type LogEntry = { message?: string; error?: string; load_failures?: Failure[] };

/** What a Cerbos that refused to start has to say, with file and line, from its standard error. */
export function cerbosComplaint(stderr: string): string {
  const entries = stderr.split('\n').flatMap(parse);
  const failures = entries.flatMap((entry) => entry.load_failures ?? []).map(describe);
  if (failures.length > 0) return failures.join('\n');
  const errors = entries.flatMap((entry) => (entry.error === undefined ? [] : [entry.error]));
  return errors.join('\n') || stderr.trim() || 'it said nothing';
}

function describe({ file, error, error_details }: Failure): string {
  const { line, column } = error_details?.position ?? {};
  return `${[file, line, column].filter((part) => part !== undefined).join(':')} ${error}`;
}

function parse(line: string): LogEntry[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogEntry];
  } catch {
    return [];
  }
}
