// Writes policies/_schemas from the zod schemas that the code uses (npm run schemas). What they declare beyond what is
// given stays declared.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { declaredIn } from '../src/decision/declared.ts';
import { policySchemas } from '../src/facts/policy-schemas.ts';
import { vocabularyOf } from '../src/facts/vocabulary.ts';

const folder = new URL('../policies/_schemas/', import.meta.url);
mkdirSync(folder, { recursive: true });
const declared = vocabularyOf((kind) => {
  const file = new URL(`${kind}.json`, folder);
  return existsSync(file) ? declaredIn(readFileSync(file, 'utf8')) : null;
});
for (const [file, text] of policySchemas(declared)) {
  writeFileSync(new URL(file, folder), text);
  process.stdout.write(`policies/_schemas/${file}\n`);
}
