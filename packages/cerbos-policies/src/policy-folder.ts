import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, readlink, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { nestingOf } from './nesting.ts';
import { PolicyError } from './policy-error.ts';

/** The files of a policy folder as they were read, by their paths below it with `/`, in the order of the paths. */
export interface PolicyFolder {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  files: ReadonlyMap<string, Buffer>;
}

/** What is read of a folder, and how much at most; in bytes. */
interface Reading {
  passesOver: (path: string, stats: Stats | null) => boolean;
  what: 'policies' | 'tests';
  largestFile: number;
  largestFolder: number;
}

/** No policy that people read is longer, and no bundle of theirs is larger; tests are, where many are generated. */
const LARGEST_FILE = 1_048_576;
const POLICIES = { what: 'policies', largestFile: LARGEST_FILE, largestFolder: 4 * LARGEST_FILE } as const;
const TESTS = { what: 'tests', largestFile: 16 * LARGEST_FILE, largestFolder: 64 * LARGEST_FILE } as const;
const DEEPEST = 16;

/** Cerbos takes the square of the depth to find out what is wrong with a file: at 100,000 levels, half a minute. */
const MOST_NESTED = 1000;

const POLICY = /\.(?:ya?ml|json)$/;

/** What Cerbos takes for a test, wherever it stands, and for what tests read. */
const TEST = /_test\.(?:ya?ml|json)$/;
const FIXTURES = 'testdata';
const SCHEMAS = '_schemas/';

/** Whether a name is that of a test to Cerbos. */
export const isTest = (path: string): boolean => TEST.test(path);

/**
 * Reads what Cerbos would read of a folder: hidden files are no policies, nor are tests and what lies in `testdata`, and a
 * mounted file may be a link.
 * @throws PolicyError for a link that leads out of the folder or nowhere, for a file or a folder that is too large,
 * for a policy that is nested too deep, and for an empty one, which an editor may be about to write
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
  const passesOver: Reading['passesOver'] = (path, stats) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const isTested = stats?.isDirectory() === true ? name === FIXTURES : isTest(name);
    return isTested && !path.startsWith(SCHEMAS);
  };
  return readFolder(folder, { ...POLICIES, passesOver });
}

/**
 * Reads all YAML and JSON below a folder of tests: suites, what they read, and what is said beside them.
 * @throws PolicyError as {@link readPolicyFolder} does
 */
export async function readTestFolder(folder: string): Promise<PolicyFolder> {
  return readFolder(folder, { ...TESTS, passesOver: () => false });
}

async function readFolder(folder: string, reading: Reading): Promise<PolicyFolder> {
  const { what, largestFolder } = reading;
  // One state of it, where the folder itself is a link that leads elsewhere meanwhile.
  const root = await realpath(folder).catch(() => folder);
  const found = await filesIn(root, reading);
  const files = new Map<string, Buffer>();
  const hash = createHash('sha256');
  let size = 0;
  for (const path of found.toSorted()) {
    const content = await readOne(root, path, reading);
    size += content.length;
    if (size > largestFolder) throw new PolicyError(`The ${what} have more than ${largestFolder} bytes.`);
    files.set(path, content);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return { hash: hash.digest('hex'), files };
}

/**
 * Writes the files below a folder, without links: Cerbos passes over folders that are links, as Kubernetes mounts them.
 * @param flush whether the files are to outlive a power cut
 */
export async function writePolicyFolder(
  { files }: Pick<PolicyFolder, 'files'>,
  folder: string,
  { flush = false } = {},
): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, path), content, { mode: 0o600, flush });
  }
}

async function readOne(root: string, path: string, reading: Reading): Promise<Buffer> {
  const content = await readWithin(root, path, reading);
  if (path.startsWith(SCHEMAS)) return content;
  if (content.every((byte) => byte <= 0x20)) throw new PolicyError(`${path} is empty.`);
  if (nestingOf(content.toString('utf8')) > MOST_NESTED) {
    throw new PolicyError(`${path} is nested more than ${MOST_NESTED} levels deep.`);
  }
  return content;
}

/** What was opened is asked where it lies: a link may have been put there since its name was looked at. */
async function readWithin(root: string, path: string, { what, largestFile }: Reading): Promise<Buffer> {
  await using file = await open(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (!found.isFile()) throw new PolicyError(`${path} is no file.`);
  if (found.size > largestFile) {
    const sort = what === 'policies' ? 'policy' : 'test';
    throw new PolicyError(`${path} has ${found.size} bytes; a ${sort} file has at most ${largestFile}.`);
  }
  // Other systems than Linux do not tell; there the name has to do.
  const target = await readlink(`/proc/self/fd/${file.fd}`).catch(() => null);
  if (target !== null) requireWithin(root, path, target.replace(/ \(deleted\)$/, ''));
  return await file.readFile();
}

function requireWithin(root: string, path: string, target: string): void {
  if (target !== root && !target.startsWith(`${root}/`)) {
    throw new PolicyError(`${path} is a link that leads out of the policy folder.`);
  }
}

async function filesIn(root: string, { passesOver }: Reading): Promise<string[]> {
  return walk(root, async (path, stats) => {
    if (passesOver(path, stats)) return PASS_OVER;
    const target = await realpath(join(root, path)).catch(() => null);
    if (target === null) throw new PolicyError(`${path} is a link that leads nowhere.`);
    requireWithin(root, path, target);
    return null;
  });
}

/**
 * Tells one state of a folder from another without reading its files: their names, sizes, times and inodes, those of tests
 * too. A folder that is not there has a state too.
 */
export async function folderState(folder: string): Promise<string> {
  const states: string[] = [];
  const note: Visit = async (path, stats) => {
    states.push(stats ? `${path} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}` : `${path} gone`);
    return null;
  };
  await walk(folder, note).catch(({ code, message }: NodeJS.ErrnoException) => states.push(code ?? message));
  return states.toSorted().join('\n');
}

const PASS_OVER = 'pass over';
type Visit = (path: string, stats: Stats | null) => Promise<typeof PASS_OVER | null>;

async function walk(root: string, visit: Visit, below = '', depth = 0): Promise<string[]> {
  if (depth > DEEPEST) throw new PolicyError(`${below} lies too deep.`);
  const found: string[] = [];
  for (const name of await readdir(join(root, below))) {
    if (name.startsWith('.')) continue;
    const path = below === '' ? name : `${below}/${name}`;
    const stats = await stat(join(root, path)).catch(() => null);
    const isFolder = stats?.isDirectory() === true;
    if (!isFolder && !(POLICY.test(path) && stats?.isFile() !== false)) continue;
    if ((await visit(path, stats)) === PASS_OVER) continue;
    if (isFolder && (await isReadElsewhere(root, path))) continue;
    if (isFolder) found.push(...(await walk(root, visit, path, depth + 1)));
    else found.push(path);
  }
  return found;
}

/**
 * Whether a folder is a link to what is read in its own place, or is being read. What a link alone leads to, hidden as
 * Kubernetes mounts it, is read there.
 */
async function isReadElsewhere(root: string, path: string): Promise<boolean> {
  const whole = join(root, path);
  if (!(await lstat(whole)).isSymbolicLink()) return false;
  const [from, target, holder] = await Promise.all([root, whole, dirname(whole)].map(async (it) => realpath(it)));
  if (holder === target || holder?.startsWith(`${target}/`) === true) return true;
  const below = relative(from ?? '', target ?? '').split('/');
  return !below.some((name) => name.startsWith('.') || name === FIXTURES);
}
