#!/usr/bin/env node
// Plain JavaScript: an older Node cannot read what it is to refuse.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major >= 24) {
  await import('../src/cli.ts');
} else {
  process.stderr.write(
    `sparkgate: This is Node ${process.versions.node}; 24 or newer is needed. ` +
      'npm ci brings one, which npx sparkgate takes, as npm scripts do.\n',
  );
  process.exitCode = 1;
}
