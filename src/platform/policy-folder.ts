import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nestingOf } from './nesting.ts';
import { PlatformError } from './platform-error.ts';

/** The files of a policy folder as they were read, by their paths below it with `/`, in the order of the paths. */
export interface PolicyFolder {
  /** SHA-256 over the names and contents of all files, in hexadecimal. */
  hash: string;
  files: ReadonlyMap<string, Buffer>;
}

/** No policy that people read is longer, and no bundle of theirs is larger; in bytes. */
const LARGEST_FILE = 1_048_576;
const LARGEST_FOLDER = 4 * LARGEST_FILE;
const DEEPEST = 16;

/** Cerbos takes the square of the depth to find out what is wrong with a file: at 100,000 levels, half a minute. */
const MOST_NESTED = 1000;

const POLICY = /\.(?:ya?ml|json)$/;

/**
 * Reads what Cerbos would read of a folder: hidden files are no policies, and a mounted file may be a link.
 * @throws PlatformError for a link that leads out of the folder or nowhere, for a file or a folder that is too large,
 * for a policy that is nested too deep, and for an empty one, which an editor may be about to write
 */
export async function readPolicyFolder(folder: string): Promise<PolicyFolder> {
  const found = await filesIn(folder);
  const files = new Map<string, Buffer>();
  const hash = createHash('sha256');
  let size = 0;
  for (const path of found.toSorted()) {
    const content = await readOne(folder, path);
    size += content.length;
    if (size > LARGEST_FOLDER) throw new PlatformError(`The policies have more than ${LARGEST_FOLDER} bytes.`);
    files.set(path, content);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return { hash: hash.digest('hex'), files };
}

async function readOne(folder: string, path: string): Promise<Buffer> {
  const { size } = await stat(join(folder, path));
  if (size > LARGEST_FILE) {
    throw new PlatformError(`${path} has ${size} bytes; a policy file has at most ${LARGEST_FILE}.`);
  }
  const content = await readFile(join(folder, path));
  if (path.startsWith('_schemas/')) return content;
  if (content.every((byte) => byte <= 0x20)) throw new PlatformError(`${path} is empty.`);
  if (nestingOf(content.toString('utf8')) > MOST_NESTED) {
    throw new PlatformError(`${path} is nested more than ${MOST_NESTED} levels deep.`);
  }
  return content;
}

async function filesIn(folder: string): Promise<string[]> {
  let root = '';
  return walk(folder, async (path) => {
    root ||= await realpath(folder);
    const target = await realpath(join(folder, path)).catch(() => null);
    if (target === null) throw new PlatformError(`${path} is a link that leads nowhere.`);
    if (target !== root && !target.startsWith(`${root}/`)) {
      throw new PlatformError(`${path} is a link that leads out of the policy folder.`);
    }
  });
}

/**
 * Tells one state of a folder from another without reading its files: their names, sizes, times and inodes. A folder
 * that is not there has a state too.
 */
export async function folderState(folder: string): Promise<string> {
  const states: string[] = [];
  const note = async (path: string, stats: Stats | null): Promise<void> => {
    states.push(stats ? `${path} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}` : `${path} gone`);
  };
  await walk(folder, note).catch(({ code, message }: NodeJS.ErrnoException) => states.push(code ?? message));
  return states.toSorted().join('\n');
}

async function walk(
  root: string,
  visit: (path: string, stats: Stats | null) => Promise<void>,
  below = '',
  depth = 0,
): Promise<string[]> {
  if (depth > DEEPEST) throw new PlatformError(`${below} lies too deep.`);
  const found: string[] = [];
  for (const name of await readdir(join(root, below))) {
    if (name.startsWith('.')) continue;
    const path = below === '' ? name : `${below}/${name}`;
    const stats = await stat(join(root, path)).catch(() => null);
    const isFolder = stats?.isDirectory() === true;
    if (!isFolder && !(POLICY.test(path) && stats?.isFile() !== false)) continue;
    await visit(path, stats);
    if (isFolder) found.push(...(await walk(root, visit, path, depth + 1)));
    else found.push(path);
  }
  return found;
}
