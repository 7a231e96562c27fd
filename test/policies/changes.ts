import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Edit } from '../review/support.ts';

/** What is done to the files of a folder: texts that become others, whole files that do, and files that go or move. */
export type Change = readonly (
  | Edit
  | { file: string; becomes: (text: string) => string }
  | { gone: string }
  | { from: string; to: string }
)[];

/** Does it. Each text has to be there. */
export async function changed(folder: string, changes: Change): Promise<void> {
  for (const it of changes) {
    if ('gone' in it) await rm(join(folder, it.gone));
    else if ('from' in it) await rename(join(folder, it.from), join(folder, it.to));
    else {
      const [file, becomes] = 'becomes' in it ? [it.file, it.becomes] : [it[0], replacing(it)];
      const path = join(folder, file);
      await writeFile(path, becomes(await readFile(path, 'utf8')));
    }
  }
}

const replacing =
  ([, from, to]: Edit) =>
  (text: string): string => {
    expect(text).toContain(from);
    return text.replace(from, () => to);
  };
