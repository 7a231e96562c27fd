import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecording, type Exchange } from './recording.ts';

/** How many exchanges of a sort are shown, and how many lines of each. */
const SHOWN = 10;
const LINES = 14;

/** Texts that were reworded on purpose: `[{"old": "…", "new": "…"}]`. */
const REWORDED = join(import.meta.dirname, 'reworded.json');

/**
 * Prints where two recordings differ. Texts for people that changed and are not in the list of reworded ones are
 * printed as lines for it.
 * @param strict whether such texts count
 * @returns how many exchanges differ
 */
export function compare(oldFile: string, newFile: string, strict: boolean): number {
  const [before, after] = [readRecording(oldFile), readRecording(newFile)];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const differing = names.filter((name) => shown(before.get(name)) !== shown(after.get(name)));
  const groups = Map.groupBy(differing, (name) => name.split(' ', 1)[0] ?? '');
  for (const group of groups.values()) {
    for (const name of group.slice(0, SHOWN)) print(name, before.get(name), after.get(name));
  }
  console.log('');
  for (const [group, { length }] of groups) console.log(`${group}: ${length} differ, ${Math.min(length, SHOWN)} shown`);
  // Where other things are said, there are no two texts of one thing.
  const alike = names.filter((name) => !differing.includes(name));
  const reworded = rewordings(alike, before, after);
  if (reworded.size > 0) console.log(`${reworded.size} texts for people are not in reworded.json:`);
  for (const line of reworded) console.log(`  ${line},`);
  console.log(`${names.length} exchanges, ${differing.length} differ.`);
  return differing.length + (strict ? reworded.size : 0);
}

function shown(exchange: Exchange | undefined): string {
  if (exchange === undefined) return 'not asked';
  return JSON.stringify({ ...exchange, texts: undefined }, null, 1);
}

/** The lines between those with which both begin and end. */
function print(name: string, before: Exchange | undefined, after: Exchange | undefined): void {
  const [old, now] = [shown(before).split('\n'), shown(after).split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  console.log(`\n${name}`);
  if (before && after && start > 0) console.log(`    ${old[start - 1]?.trim()}`);
  for (const line of few(old.slice(start, old.length - end))) console.log(`  - ${line}`);
  for (const line of few(now.slice(start, now.length - end))) console.log(`  + ${line}`);
}

function few(lines: string[]): string[] {
  return lines.length > LINES ? [...lines.slice(0, LINES), `… ${lines.length - LINES} more lines`] : lines;
}

function rewordings(names: string[], before: Map<string, Exchange>, after: Map<string, Exchange>): Set<string> {
  const known = JSON.parse(readFileSync(REWORDED, 'utf8')) as { old: string; new: string }[];
  const expected = new Set(known.map((it) => JSON.stringify({ old: it.old, new: it.new })));
  const found = new Set<string>();
  for (const name of names) {
    const now = new Map(after.get(name)?.texts);
    for (const [pointer, old] of before.get(name)?.texts ?? []) {
      const said = now.get(pointer);
      const line = JSON.stringify({ old, new: said });
      if (said !== undefined && said !== old && !expected.has(line)) found.add(line);
    }
  }
  return found;
}
