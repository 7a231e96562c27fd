import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

/** The table of settings in docs/configure.md: each variable whose default is a value. */
async function documentedDefaults(): Promise<(readonly [name: string, value: string])[]> {
  const page = await readFile(join(import.meta.dirname, '../../docs/configure.md'), 'utf8');
  const rows = page.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| (`[^`|]+`(?:, `[^`|]+`)*) \| /gm);
  const parts = (text = ''): string[] => text.replaceAll('`', '').split(', ');
  const settings = [...rows].flatMap(([, names, values]) =>
    parts(names).map((name, index) => [name, parts(values)[index] ?? ''] as const),
  );
  // The one that says where it is looked for.
  return settings.filter(([, value]) => !value.startsWith('DATA_DIR/'));
}

test('a default may be set: it lies in the range of its setting, and is what docs/configure.md says', async () => {
  const defaults = await documentedDefaults();
  expect(defaults.length).toBeGreaterThan(20);
  const absent = readConfig({});
  for (const [name, value] of defaults) {
    // The commands are told that HOST or PORT was set, whatever to.
    expect({ [name]: { ...readConfig({ [name]: value }), saysWhere: false } }).toEqual({ [name]: absent });
  }
});

test('every number that has a default can be set to it', () => {
  const absent = readConfig({});
  expect(absent.importLimitBytes).toBe(8 * 1024 ** 3);
  expect(readConfig({ IMPORT_LIMIT_BYTES: String(absent.importLimitBytes) })).toEqual(absent);
});
