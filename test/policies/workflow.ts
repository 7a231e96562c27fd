import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

interface Step {
  name?: string;
  run?: string;
  if?: string;
}

/** What a run of the workflow for policies came to. */
export interface WorkflowRun {
  /** The steps that failed, by name. */
  failed: readonly string[];
  /** What all of them printed. */
  log: string;
  /** What it says beside a pull request. */
  comment: string;
  /** The reports that it keeps. */
  reports: readonly string[];
}

/** `npx sparkgate` without npm. */
const NPX = `npx() { shift; '${process.execPath}' '${join(ROOT, 'bin/sparkgate.mjs')}' "$@"; }`;

/** Runs the commands of `.github/workflows/policies.yml` in a repository, step by step, as GitHub would. */
export async function runWorkflow(folder: string, environment: NodeJS.ProcessEnv): Promise<WorkflowRun> {
  const text = await readFile(join(ROOT, '.github/workflows/policies.yml'), 'utf8');
  const { jobs } = parse(text) as { jobs: { policies: { steps: Step[] } } };
  const failed: string[] = [];
  let log = '';
  for (const { name = '', run, if: when = '' } of jobs.policies.steps) {
    // What GitHub has to do, and what belongs to a service of its own, is not tried.
    if (run === undefined || name === '' || name === 'Comment') continue;
    if (failed.length > 0 && !when.includes('always()')) continue;
    const { code, output } = await bash(folder, `${NPX}\n${run}`, environment);
    log += output;
    if (code !== 0) failed.push(name);
  }
  const files = (await readdir(folder)).filter((it) => it.endsWith('.xml'));
  const comment = await readFile(join(folder, 'impact.md'), 'utf8');
  return {
    failed,
    log,
    comment,
    reports: await Promise.all(files.map(async (it) => readFile(join(folder, it), 'utf8'))),
  };
}

function bash(cwd: string, script: string, environment: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: '', GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'), ...environment };
    execFile('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}
