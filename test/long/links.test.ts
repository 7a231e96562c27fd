import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeTree } from '../../src/platform/tree.ts';
import { temporaryFolder } from '../platform/support.ts';

/** Swaps many folders for links and back, so that some always change just between two looks at them. */
async function swapForLinks(folder: string, target: string): Promise<void> {
  const program = `
    const fs = require('node:fs');
    const [, folder, target] = process.argv;
    const attempt = (step, ...paths) => { try { fs[step](...paths); } catch {} };
    for (let turn = 0; ; turn += 1) {
      attempt('mkdirSync', folder);
      for (let at = 0; at < 100; at += 1) {
        const [name, own, link] = ['', '.own', '.link'].map((end) => folder + '/' + at + end);
        attempt('symlinkSync', target, link);
        attempt('mkdirSync', own);
        attempt('renameSync', name, turn % 2 === 0 ? link : own);
        attempt('renameSync', turn % 2 === 0 ? own : link, name);
      }
      if (turn === 1) process.stdout.write('begun');
    }`;
  const attacker = spawn(process.execPath, ['-e', program, folder, target], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void attacker.kill('SIGKILL'));
  await once(attacker.stdout, 'data');
}

test('folders that turn into links while they are removed are not followed', async () => {
  const victim = temporaryFolder();
  writeFileSync(join(victim, 'file'), 'of somebody else');
  const attacked = join(temporaryFolder(), 'attacked');
  await swapForLinks(attacked, victim);
  for (let round = 0; round < 60; round += 1) await removeTree(attacked).catch(() => undefined);
  expect(readdirSync(victim)).toEqual(['file']);
});
