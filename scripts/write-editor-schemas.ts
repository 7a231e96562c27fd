import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EDITOR_SCHEMAS } from './editor-schemas.ts';

/** Writes what `.vscode/settings.json` and the first line of a YAML file point an editor at. */
const folder = join(import.meta.dirname, '../.editor');
await mkdir(folder, { recursive: true });
for (const [file, schema] of Object.entries(EDITOR_SCHEMAS)) {
  await writeFile(join(folder, file), `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
}
