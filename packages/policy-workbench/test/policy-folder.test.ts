import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { temporaryFolder } from './support.ts';

/** Links in a folder of two policies, one of them below, and what is read of it. */
const LINKS: [what: string, link: string, to: string, read: readonly string[] | RegExp][] = [
  ['to a folder of its own', 'more', 'below', ['below/b.yaml', 'a.yaml']],
  ['that names itself whole', 'below/loop', '..', ['below/b.yaml', 'a.yaml']],
  ['to itself', 'below/loop', '.', ['below/b.yaml', 'a.yaml']],
  ['to a hidden folder, as Kubernetes mounts it', 'mounted', '.data', ['mounted/c.yaml', 'below/b.yaml', 'a.yaml']],
  ['to a policy', 'again.yaml', 'a.yaml', ['below/b.yaml', 'again.yaml', 'a.yaml']],
  ['out of it', 'below/out', '../../elsewhere', /^below\/out is a link that leads out of the policy folder\.$/],
  ['to nothing', 'none.yaml', 'nowhere.yaml', /^none\.yaml is a link that leads nowhere\.$/],
];

test.each(LINKS)('a link %s', async (_what, link, to, read) => {
  const root = await temporaryFolder();
  const folder = join(root, 'policies');
  for (const file of ['policies/a.yaml', 'policies/below/b.yaml', 'policies/.data/c.yaml', 'elsewhere/d.yaml']) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), 'apiVersion: api.cerbos.dev/v1\n');
  }
  await symlink(to, join(folder, link));
  if (read instanceof RegExp) await expect(readPolicyFolder(folder)).rejects.toThrow(read);
  else expect(new Set((await readPolicyFolder(folder)).files.keys())).toEqual(new Set(read));
});

test('a file that is too large is refused among policies, and not among what tests name', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'testdata'));
  const large = `# ${'x'.repeat(1 << 20)}\n`;
  await writeFile(join(folder, 'testdata/resources.yaml'), large);
  await writeFile(join(folder, 'a_test.yaml'), large);
  expect([...(await readPolicyFolder(folder)).files.keys()]).toEqual([]);
  await writeFile(join(folder, 'a.yaml'), large);
  await expect(readPolicyFolder(folder)).rejects.toThrow(PolicyError);
});
