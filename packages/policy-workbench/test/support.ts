import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { LOCAL_HOST } from '../src/cli/local-host.ts';
import { reportFailure, workbenchProgram } from '../src/cli/program.ts';
import { inProcess, sharedServers, type Ended } from './in-process.ts';

/** A folder of the test's own. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sg-workbench-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with exactly these files. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

/** Runs a program of TypeScript, as it stands in a tree. */
export function ended(
  cwd: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, maxBuffer: 1 << 28, env: { ...process.env, ...environment } };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** `policy-workbench ...` as a reviewer calls it: a process of its own. */
export const workbenchProcess = async (...args: readonly string[]): Promise<Ended> =>
  ended(tmpdir(), join(import.meta.dirname, '../src/cli/main.ts'), args);

/** `policy-workbench ...` in this process, on policy servers that the commands of a test file share. */
export function workbenchHere(): (...args: readonly string[]) => Promise<Ended> {
  const servers = sharedServers(LOCAL_HOST.openServers);
  afterAll(async () => servers.close());
  const host = { ...LOCAL_HOST, openServers: servers.open };
  return async (...args) => inProcess({ command: workbenchProgram(host), reportFailure }, args);
}

/** A small world of its own: doors that open to members, with a test for each rule. */
export const DOORS = {
  'policies/_schemas/door.json': JSON.stringify({
    type: 'object',
    properties: {
      member: { type: 'boolean' },
      floor: { type: 'string', enum: ['LOW', 'HIGH'] },
    },
    required: ['member', 'floor'],
    additionalProperties: false,
  }),
  'policies/door.yaml': `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: door
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///door.json" } }
  rules:
    # Members open the doors below.
    - name: members-open-low-doors
      actions: [open]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          all:
            of:
              - expr: R.attr.member
              - expr: R.attr.floor == "LOW"
`,
  'tests/door_test.yaml': `name: door
principals:
  ann: { id: ann, roles: [user] }
resources:
  low: { kind: door, id: d, attr: { member: true, floor: LOW } }
  stranger: { kind: door, id: d, attr: { member: false, floor: LOW } }
tests:
  - name: members open low doors
    input: { principals: [ann], resources: [low, stranger], actions: [open] }
    expected:
      - { principal: ann, resource: low, actions: { open: EFFECT_ALLOW } }
`,
  'tests/invariants.yaml': `kinds:
  door:
    sentences:
      - id: members-only
        rules: [D1]
        says: Only members open doors.
        actions: [open]
        allowed_only_if: R.attr.member
`,
} as const;
