import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { isTest } from '@sparkgate/cerbos-policies/policy-folder';
import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';

/** Somebody of the tests who asks for something. */
export interface TestPrincipal {
  id: string;
  roles: readonly string[];
  attr: YamlNode;
  /** The version and scope of the policies that are asked; null: as where none is named. */
  special: string | null;
}

/** Something of the tests that is asked for. */
export interface TestResource {
  id: string;
  kind: string;
  attr: YamlNode;
  version: string;
  scope: string;
  special: string | null;
}

/** A file of tests, with what its tests name. */
export interface Suite {
  /** Below the folder of tests. */
  file: string;
  text: string;
  name: string;
  principals: ReadonlyMap<string, TestPrincipal>;
  resources: ReadonlyMap<string, TestResource>;
  /** What tests with options or tokens of their own set, by their names. */
  special: ReadonlyMap<string, YamlNode>;
}

/** The suites below a folder by their files, as Cerbos finds them. What is no suite is for Cerbos to refuse. */
export async function readSuites(folder: string): Promise<Map<string, Suite>> {
  const files = await readdir(folder, { recursive: true });
  const suites = await Promise.all(files.filter(isSuite).map(async (file) => readSuite(folder, file)));
  return new Map(suites.map((suite) => [suite.file, suite]));
}

/** Whether Cerbos takes a file for a suite of tests: hidden ones it passes over. */
export const isSuite = (path: string): boolean =>
  isTest(path) && !path.split('/').some((name) => name.startsWith('.') || name === 'testdata');

async function readSuite(folder: string, file: string): Promise<Suite> {
  const text = await readFile(join(folder, file), 'utf8');
  const suite = asNode(suiteIn(text));
  const data = join(folder, dirname(file), 'testdata');
  const [principals, resources, tokens] = await Promise.all(
    ['principals', 'resources', 'auxData'].map(async (name) => shared(data, name)),
  );
  const tests = asList(suite['tests']).map(asNode);
  const allTokens = { ...tokens, ...asNode(suite['auxData']) };
  return {
    file,
    text,
    name: String(suite['name']),
    principals: fixtures({ ...principals, ...asNode(suite['principals']) }, principalOf),
    resources: fixtures({ ...resources, ...asNode(suite['resources']) }, resourceOf),
    special: new Map(
      tests.flatMap((it) => {
        const set = settingsOf(it, suite['options'], allTokens);
        return set === null ? [] : [[String(it['name']), set]];
      }),
    ),
  };
}

/** What a test sets more than principal, resource and action; null: nothing. */
function settingsOf(test: YamlNode, ofSuite: unknown, tokens: YamlNode): YamlNode | null {
  const token = asNode(test['input'])['auxData'];
  if (ofSuite === undefined && test['options'] === undefined && token === undefined) return null;
  const options = { ...asNode(ofSuite), ...asNode(test['options']) };
  return { options, ...(isString(token) && { auxData: { name: token, holds: tokens[token] ?? null } }) };
}

const fixtures = <T>(of: YamlNode, read: (node: YamlNode) => T): Map<string, T> =>
  new Map(Object.entries(of).map(([name, it]) => [name, read(asNode(it))]));

const principalOf = (it: YamlNode): TestPrincipal => ({
  id: String(it['id']),
  roles: asList(it['roles']).filter(isString),
  attr: asNode(it['attr']),
  special: specialOf(it),
});

const resourceOf = (it: YamlNode): TestResource => ({
  id: String(it['id']),
  kind: String(it['kind']),
  attr: asNode(it['attr']),
  version: isString(it['policyVersion']) ? it['policyVersion'] : 'default',
  scope: isString(it['scope']) ? it['scope'] : '',
  special: specialOf(it),
});

const specialOf = (it: YamlNode): string | null => {
  const said = ['policyVersion', 'scope'].filter((key) => it[key] !== undefined);
  return said.length === 0 ? null : said.map((key) => `${key} ${String(it[key])}`).join(', ');
};

async function shared(data: string, name: string): Promise<YamlNode> {
  for (const ending of ['yaml', 'yml', 'json']) {
    const content = await yaml(join(data, `${name.toLowerCase()}.${ending}`)).catch(() => undefined);
    if (content !== undefined) return asNode(asNode(content)[name]);
  }
  return {};
}

const yaml = async (path: string): Promise<unknown> => parseYaml(await readFile(path, 'utf8'));

const parseYaml = (text: string): unknown =>
  parse(text, { merge: true, maxAliasCount: -1, logLevel: 'silent' }) as unknown;

function suiteIn(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return null;
  }
}
