/** A change of a text in one place, and what it does in words. */
export interface Edit {
  from: number;
  to: number;
  by: string;
  what: string;
}

export function apply(text: string, { from, to, by }: Edit): string {
  return text.slice(0, from) + by + text.slice(to);
}

/** The line, from 1, in which a place lies. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** A unified diff with three lines around the one place where two texts differ; empty when they do not. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  const rest = Math.min(old.length, now.length) - start;
  while (end < rest && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const [removed, added] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  if (removed.length + added.length === 0) return '';
  const [above, below] = [old.slice(Math.max(0, start - 3), start), old.slice(old.length - end).slice(0, 3)];
  const first = start - above.length + 1;
  const around = above.length + below.length;
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${first},${around + removed.length} +${first},${around + added.length} @@`,
    ...above.map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...below.map((line) => ` ${line}`),
  ].join('\n');
}
