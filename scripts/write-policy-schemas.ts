// Writes policies/_schemas from the zod schemas that the code uses (npm run schemas).
import { mkdirSync, writeFileSync } from 'node:fs';
import { policySchemas } from '../src/facts/policy-schemas.ts';

const folder = new URL('../policies/_schemas/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [file, text] of policySchemas()) {
  writeFileSync(new URL(file, folder), text);
  process.stdout.write(`policies/_schemas/${file}\n`);
}
