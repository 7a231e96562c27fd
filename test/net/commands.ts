import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from './recording.ts';
import { ADMIN_KEY, type Tree } from './tree.ts';

/** Runs commands of a tree and records how they end, what they print where programs read it, and that they print. */
class Commands {
  readonly #recording: Recording;
  readonly #where: string;
  readonly #tree: Tree;
  readonly #environment: Record<string, string>;

  /** @param where in the names of the exchanges: others run at the same time elsewhere */
  constructor(recording: Recording, where: string, tree: Tree, environment: Record<string, string>) {
    this.#recording = recording;
    this.#where = where;
    this.#tree = tree;
    this.#environment = environment;
  }

  async run(line: string, cwd?: string, settings: Record<string, string> = {}): Promise<void> {
    const args = line.split(' ').map((it) => it.replaceAll('_SPACE_', ' '));
    const { code, stdout, stderr } = await this.#tree.run(args, { ...this.#environment, ...settings }, cwd);
    const name = `command ${this.#where} ${Object.keys(settings).length > 0 ? `${JSON.stringify(settings)} ` : ''}sparkgate ${line}`;
    this.#recording.add(name, { code, stdout: read(stdout), stderr: stderr.trim() !== '' }, undefined, 'prose');
  }
}

/** JSON and NDJSON as they are, markup without its text; of anything else only whether there is any. */
function read(printed: string): unknown {
  try {
    return /^\s*[[{]/.test(printed) ? (JSON.parse(printed) as unknown) : lines(printed);
  } catch {
    return lines(printed);
  }
}

function lines(printed: string): unknown {
  if (/^\{.*\}$/m.test(printed)) {
    return printed
      .trim()
      .split('\n')
      .map((line) => (line.startsWith('{') ? (JSON.parse(line) as unknown) : '<text>'));
  }
  if (printed.startsWith('<?xml')) return [...new Set(printed.match(/<[a-z]+/g))].toSorted();
  return printed.trim() === '' ? '' : '<text>';
}

/** A folder with a git history: the tree's policies and tests, and a small edit that no commit has. */
async function edited(tree: Tree, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['policies', 'policy-tests'])
    await cp(join(tree.root, name), join(folder, name), { recursive: true });
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=net', '-c', 'user.email=net@localhost', ...args], { cwd: folder });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'as it is');
  const file = join(folder, 'policies/resource_policies/policy_review.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/(condition:)/, '$1 # looked at'));
  await cp(join(folder, 'policies'), join(folder, 'loose'), { recursive: true });
  const loose = join(folder, 'loose/resource_policies/tiktok_account.yaml');
  await writeFile(
    loose,
    (await readFile(loose, 'utf8'))
      .replace('name: linked-users-create-spark-ads', 'name: renamed')
      .replace('actions: [view_grants]', 'actions: [view_grants, view]'),
  );
  await cp(join(folder, 'policies'), join(folder, 'broken'), { recursive: true });
  await writeFile(
    join(folder, 'broken/resource_policies/broken.yaml'),
    'apiVersion: api.cerbos.dev/v1\nresourcePolicy: {}\n',
  );
  await mkdir(join(folder, 'empty'));
}

/** Commands that need policies alone. */
export async function recordPolicyCommands(recording: Recording, tree: Tree, folder: string): Promise<void> {
  await edited(tree, folder);
  recording.places.set(folder, 'FOLDER');
  const commands = new Commands(recording, 'alone', tree, { DATA_DIR: join(folder, 'no-data') });
  for (const line of await linesOf('policy-commands.txt')) await commands.run(line, folder);
  for (const settings of [
    { PORT: 'x' },
    { DATABASE_URL: 'nonsense' },
    { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' },
    { CERBOS_TARGET: 'x' },
    { POLICY_DIR: 'nowhere' },
    { POLICY_DIR: 'broken' },
    { OIDC_ISSUER: 'http://issuer.example' },
    { DATABASE_REPLICA_URL: 'postgresql://a@b/c' },
  ]) {
    await commands.run('doctor', folder, settings);
    await commands.run('serve', folder, settings);
  }
}

/** Commands beside a service that runs. */
export async function recordDataCommands(
  recording: Recording,
  tree: Tree,
  { folder, policies, dataDir, log }: { folder: string; policies: string; dataDir: string; log: string },
): Promise<void> {
  await edited(tree, folder);
  recording.places.set(folder, 'FOLDER');
  await writeFile(
    join(folder, 'good.ndjson'),
    '{"type":"member","bc_id":"bc1","user_id":"new","user_role":"STANDARD"}\n',
  );
  await writeFile(join(folder, 'bad.ndjson'), '{"type":"member","bc_id":"bc1","user_id":"new","user_role":"KING"}\n');
  await writeFile(join(folder, 'some.ndjson'), (await readFile(log, 'utf8')).split('\n').slice(0, 300).join('\n'));
  await writeFile(join(folder, 'cut.ndjson'), '{"policy":\n');
  const commands = new Commands(recording, 'beside', tree, {
    DATA_DIR: dataDir,
    POLICY_DIR: policies,
    SPARKGATE_API_KEY: ADMIN_KEY,
  });
  for (const line of await linesOf('data-commands.txt')) await commands.run(line, folder);
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(join(import.meta.dirname, file), 'utf8')).trim().split('\n');
}
