import { chmod, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { dirname, join } from 'node:path';
import { ownFolder } from './folders.ts';
import { PlatformError } from './platform-error.ts';

/** What the command line may ask of the running service: by name, with JSON to and fro. */
export type Commands = Readonly<Record<string, (argument: unknown) => Promise<unknown>>>;

/**
 * Answers commands on a unix socket that only this user, and root, may connect to: whoever can, holds the data directory
 * anyway. It needs no key and asks no policy, since it must work while the policies in force let nobody in.
 */
export async function serveCommands(runDir: string, commands: Commands): Promise<() => Promise<void>> {
  const path = socketIn(runDir);
  // The folder is private before there is a socket in it.
  await ownFolder(dirname(path));
  await rm(path, { force: true });
  const server = createServer((asked, answer) => {
    let body = '';
    asked.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    asked.on('end', () => {
      void run(commands, asked.url ?? '', body).then(({ status, said }) => {
        answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
      });
    });
  });
  // A bundle may take minutes to check.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  await chmod(path, 0o600);
  return async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await rm(path, { force: true });
  };
}

async function run(commands: Commands, url: string, body: string): Promise<{ status: number; said: unknown }> {
  const name = url.slice(1);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return { status: 404, said: { message: `There is no command ${name}.` } };
  try {
    return { status: 200, said: await command(body === '' ? null : JSON.parse(body)) };
  } catch (error) {
    return { status: 500, said: { message: error instanceof Error ? error.message : String(error) } };
  }
}

/** Asks the running service. @throws PlatformError when none runs there, or with what hindered it */
export async function callCommand(runDir: string, name: string, argument: unknown = null): Promise<unknown> {
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request({ socketPath: socketIn(runDir), path: `/${name}`, method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      answer.on('error', reject);
    });
    asked.on('error', reject).end(JSON.stringify(argument));
  }).catch((cause: unknown) => {
    throw new PlatformError('The service does not answer: does it run, on this DATA_DIR, as this user?', { cause });
  });
  const said = JSON.parse(body) as { message?: string };
  if (status !== 200) throw new PlatformError(said.message ?? `The service answered ${status}.`);
  return said;
}

function socketIn(runDir: string): string {
  return join(runDir, 'control', 'service.sock');
}
