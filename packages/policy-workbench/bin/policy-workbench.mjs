#!/usr/bin/env node
// Plain JavaScript: an older Node cannot read what it is to refuse.
import { existsSync } from 'node:fs';

const [major = 0] = process.versions.node.split('.').map(Number);
// In the tree Node runs the TypeScript; a package holds what was built of it.
const source = new URL('../src/cli/main.ts', import.meta.url);
if (major >= 24) {
  await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href);
} else {
  process.stderr.write(`policy-workbench: This is Node ${process.versions.node}; 24 or newer is needed.\n`);
  process.exitCode = 1;
}
