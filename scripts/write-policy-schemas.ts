// Writes policies/_schemas and docs/facts.md from what the code knows of facts (npm run schemas). What the schemas declare
// beyond what is given stays declared.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { declaredIn } from '../src/decision/declared.ts';
import { factsPage } from '../src/facts/facts-page.ts';
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

const docs = new URL('../docs/', import.meta.url);
// A copy of the tree may have none.
if (existsSync(docs)) {
  writeFileSync(new URL('facts.md', docs), factsPage());
  process.stdout.write('docs/facts.md\n');
}
