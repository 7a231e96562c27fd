// Makes a package fit to be published, and puts it back: what npm runs before and after `npm pack` in a folder of
// packages/. In the tree Node runs the TypeScript, which it does not do under node_modules: there `exports` and `bin`
// name JavaScript, with declarations beside it. Plain JavaScript: npm may run on a Node that strips no types.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const HERE = process.cwd();
const [MANIFEST, KEPT, BUILT, LICENSE] = ['package.json', '.package.json', 'dist', 'LICENSE'].map((it) =>
  join(HERE, it),
);

if (process.argv[2] === '--restore') restore();
else build();

function build() {
  if (existsSync(KEPT)) restore();
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  try {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['--project', join(ROOT, 'tsconfig.packages.json'), '--outDir', folder], { stdio: 'inherit' });
    cpSync(join(folder, basename(HERE), 'src'), BUILT, { recursive: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  cpSync(join(ROOT, 'LICENSE'), LICENSE);
  const { scripts: _, ...manifest } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  renameSync(MANIFEST, KEPT);
  writeFileSync(MANIFEST, `${JSON.stringify(published(manifest), null, 2)}\n`);
}

/**
 * The same with what was built in place of the sources, and the Node that it takes: in the tree `npm ci` would warn of
 * that on an older one, although the service brings its own.
 */
function published({ exports, bin, ...rest }) {
  const built = (path, ending) => path.replace('src/', 'dist/').replace(/\.ts$/, ending);
  const entry = (path) => ({ types: built(path, '.d.ts'), default: built(path, '.js') });
  const map = (of, to) => Object.fromEntries(Object.entries(of).map(([name, path]) => [name, to(path)]));
  return {
    ...rest,
    engines: { node: '>=24' },
    exports: map(exports, entry),
    ...(bin && { bin: map(bin, (path) => built(path, '.js')) }),
  };
}

function restore() {
  renameSync(KEPT, MANIFEST);
  for (const path of [BUILT, LICENSE]) rmSync(path, { recursive: true, force: true });
}
