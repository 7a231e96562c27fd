import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { EDITOR_SCHEMAS, PolicyDocument, PolicyTest } from '../../scripts/editor-schemas.ts';

const ROOT = join(import.meta.dirname, '../..');

test('what editors are pointed at is what is generated', async () => {
  for (const [file, schema] of Object.entries(EDITOR_SCHEMAS)) {
    const written: unknown = JSON.parse(await readFile(join(ROOT, '.editor', file), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(schema))));
  }
  const settings = JSON.parse(await readFile(join(ROOT, '.vscode/settings.json'), 'utf8'));
  expect(Object.keys(settings['yaml.schemas'])).toEqual(Object.keys(EDITOR_SCHEMAS).map((file) => `./.editor/${file}`));
});

test('every policy and every test of the project fits, and what is misspelt does not', async () => {
  const policies = (await readdir(join(ROOT, 'policies'), { recursive: true })).filter((it) => it.endsWith('.yaml'));
  for (const file of policies) {
    for (const document of parseAllDocuments(await readFile(join(ROOT, 'policies', file), 'utf8'))) {
      expect({ file, wrong: PolicyDocument.safeParse(document.toJS()).error?.issues }).toEqual({
        file,
        wrong: undefined,
      });
    }
  }
  const tests = (await readdir(join(ROOT, 'policy-tests'))).filter((it) => it.endsWith('_test.yaml'));
  for (const file of tests) {
    const suite: unknown = parse(await readFile(join(ROOT, 'policy-tests', file), 'utf8'), { merge: true });
    expect({ file, wrong: PolicyTest.safeParse(suite).error?.issues }).toEqual({ file, wrong: undefined });
  }
  const misspelt = { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'x', version: 'default', rule: [] } };
  expect(PolicyDocument.safeParse(misspelt).success).toBe(false);
});
