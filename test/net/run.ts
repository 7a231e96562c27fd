import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import { recordTree } from './record.ts';

/**
 * Records what a tree answers, and compares recordings. Exit code 1 where they differ.
 *
 *     node test/net/run.ts --base REF                        this tree against a revision
 *     node test/net/run.ts --tree DIR --out FILE             one recording of one checkout
 *     node test/net/run.ts --compare OLD NEW                 two recordings
 */
const HERE = resolve(import.meta.dirname, '../..');

const { values, positionals } = parseArgs({
  options: {
    base: { type: 'string' },
    tree: { type: 'string', default: HERE },
    out: { type: 'string' },
    compare: { type: 'boolean', default: false },
    texts: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

// What was started ends with us, however we end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const [old, now] = values.compare ? positionals : [];
if (old !== undefined && now !== undefined) {
  process.exitCode = compare(old, now, values.texts) > 0 ? 1 : 0;
} else if (values.base !== undefined) {
  process.exitCode = (await compareWith(values.base, resolve(values.tree))) > 0 ? 1 : 0;
} else if (values.out !== undefined) {
  await recordTree(resolve(values.tree), values.out);
} else {
  console.error('Say --base REF, or --tree DIR --out FILE, or --compare OLD NEW [--texts].');
  process.exitCode = 2;
}

/** Records a revision, in a work tree of its own, and a tree. */
async function compareWith(ref: string, tree: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sparkgate-net-'));
  const base = join(folder, 'base');
  const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: tree, stdio: 'inherit' });
  git('worktree', 'add', '--quiet', '--detach', base, ref);
  try {
    const lock = (root: string): string => readFileSync(join(root, 'package-lock.json'), 'utf8');
    if (lock(base) === lock(tree)) linkModules(join(tree, 'node_modules'), join(base, 'node_modules'));
    else execFileSync('npm', ['ci', '--silent'], { cwd: base, stdio: 'inherit' });
    const [before, after] = [join(folder, 'before.ndjson'), join(folder, 'after.ndjson')];
    await recordTree(base, before);
    await recordTree(tree, after);
    return compare(before, after, values.texts);
  } finally {
    git('worktree', 'remove', '--force', base);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Links each installed package; links to packages of the tree's own become links to those of the other tree. */
function linkModules(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.name.startsWith('@')) linkModules(source, target);
    else symlinkSync(source, target);
  }
}
