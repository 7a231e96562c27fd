import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { asList, asNode, isString, type YamlNode } from '@sparkgate/cerbos-policies/yaml-node';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';

/** One thing that a policy test expects, as a question to a PDP. */
export interface Expectation {
  test: string;
  question: DecisionInput;
  allowed: boolean;
}

/**
 * What the tests of a folder expect. Tests that set more than principal, resource and action (a time, a token, another
 * version) are left out: only Cerbos' own test runner can run them.
 * @param report what `cerbos compile --test-output=json` printed on policies that pass
 */
export async function readExpectations(folder: string, report: string): Promise<Expectation[]> {
  const suites = await readSuites(folder);
  return readTraces(report).flatMap(({ suite: name, test, principal, resource, action, passed, effect }) => {
    const suite = suites.get(name);
    const [who, what] = [suite?.principals[principal], suite?.resources[resource]];
    if (!passed || !suite || !who || !what || suite.special.has(test)) return [];
    const [subject, object] = [asNode(who), asNode(what)];
    if (!isString(object['kind']) || SPECIAL.some((key) => key in subject || key in object)) return [];
    const question: DecisionInput = {
      kind: object['kind'],
      action,
      roles: asList(subject['roles']).filter(isString),
      principalId: String(subject['id']),
      principalAttr: asNode(subject['attr']),
      resourceId: String(object['id']),
      resourceAttr: asNode(object['attr']),
    };
    return [{ test: `${name}: ${test}`, question, allowed: effect === 'EFFECT_ALLOW' }];
  });
}

const SPECIAL = ['policyVersion', 'scope'];

interface Suite {
  principals: YamlNode;
  resources: YamlNode;
  /** Tests with options or tokens of their own. */
  special: ReadonlySet<string>;
}

async function readSuites(folder: string): Promise<Map<string, Suite>> {
  const names = await readdir(folder, { recursive: true });
  const suites = new Map<string, Suite>();
  for (const name of names.filter((it) => /_test\.ya?ml$/.test(it))) {
    const suite = asNode(await yaml(join(folder, name)));
    const data = join(folder, name, '..', 'testdata');
    const [principals, resources] = await Promise.all([shared(data, 'principals'), shared(data, 'resources')]);
    const tests = asList(suite['tests']).map(asNode);
    const isSpecial = (it: YamlNode): boolean =>
      suite['options'] !== undefined || it['options'] !== undefined || asNode(it['input'])['auxData'] !== undefined;
    suites.set(String(suite['name']), {
      principals: { ...principals, ...asNode(suite['principals']) },
      resources: { ...resources, ...asNode(suite['resources']) },
      special: new Set(tests.filter(isSpecial).map((it) => String(it['name']))),
    });
  }
  return suites;
}

async function shared(data: string, name: string): Promise<YamlNode> {
  for (const ending of ['yaml', 'yml', 'json']) {
    const content = await yaml(join(data, `${name}.${ending}`)).catch(() => undefined);
    if (content !== undefined) return asNode(asNode(content)[name]);
  }
  return {};
}

const yaml = async (path: string): Promise<unknown> =>
  parse(await readFile(path, 'utf8'), { merge: true, maxAliasCount: -1 }) as unknown;
