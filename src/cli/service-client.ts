import { join } from 'node:path';
import { z } from 'zod';
import { listeningAddress, type Config } from '../config.ts';
import { callCommand } from '../platform/control-socket.ts';
import { inUse, runDir } from '../platform/data-dir.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { readSecret } from '../platform/secret-file.ts';

/** An answer of the running service. */
export interface ServiceAnswer {
  status: number;
  body: unknown;
}

/** Calls the running service as a service would: over HTTP, with an API key. */
export interface ServiceClient {
  url: string;
  /** @param actor `user:<id>` or `tiktok_account:<id>` */
  call: (method: string, path: string, body?: unknown, actor?: string) => Promise<ServiceAnswer>;
}

/** Where the commands look for the service, for their help. */
export const WHERE = 'where the service is (default: PUBLIC_URL; HOST and PORT; or where that of DATA_DIR listens)';

/** @throws PlatformError when no key is to be had, or on the first call when nothing answers */
export async function serviceClient(config: Config, named?: string): Promise<ServiceClient> {
  const url = named ?? (await addressOf(config));
  const key = config.apiKey ?? config.bootstrapApiKey ?? (await readSecret(join(config.dataDir, 'api-key')));
  if (key === null) {
    throw new PlatformError(`There is no API key in ${config.dataDir}/api-key: set SPARKGATE_API_KEY.`);
  }
  return {
    url,
    call: async (method, path, body, actor) => {
      const init = {
        method,
        headers: {
          Authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(actor !== undefined && { 'X-Actor': encodeURIComponent(actor) }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      };
      const response = await fetch(new URL(path, url), init).catch((cause: unknown) => {
        throw new PlatformError(`No Sparkgate answers at ${url}: start it with npm start, or name it with --url.`, {
          cause,
        });
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
  };
}

async function addressOf(config: Config): Promise<string> {
  const said = config.publicUrl ?? listeningAddress(config);
  if (config.publicUrl !== null || config.saysWhere) return said;
  return (await runningAt(config.dataDir)) ?? said;
}

/** Where the service that runs on a data directory listens; null where none does, or it cannot be asked. */
async function runningAt(dataDir: string): Promise<string | null> {
  if (!(await inUse(dataDir))) return null;
  const said = await callCommand(await runDir(dataDir), 'address').catch(() => null);
  return z.object({ url: z.url() }).safeParse(said).data?.url ?? null;
}
