import { join, relative } from 'node:path';
import type { KeyFile } from './runtime/bootstrap.ts';

interface Welcome {
  /** Where this process listens. */
  url: string;
  /** Where others reach it. */
  publicUrl: string;
  dataDir: string;
  /** Whether BOOTSTRAP_API_KEY is set. */
  bootstrap: boolean;
  keyFile: KeyFile;
  /** Whether the demo Business Center is there to ask about. */
  demo: boolean;
}

/** What a newcomer sees: where things are, and a first decision to paste. */
export function welcome({ url, publicUrl, dataDir, bootstrap, keyFile, demo }: Welcome): string {
  const file = join(relative(process.cwd(), dataDir) || '.', 'api-key');
  const shownFile = file.startsWith('..') ? join(dataDir, 'api-key') : file;
  const key =
    keyFile === 'administrator'
      ? `$(cat ${quoted(shownFile)})`
      : bootstrap
        ? '$BOOTSTRAP_API_KEY'
        : '$SPARKGATE_API_KEY';
  const hint = bootstrap ? 'BOOTSTRAP_API_KEY, as you set it' : 'npx sparkgate key create --help';
  // Commands that are typed elsewhere find the service by its data directory.
  const where = file === join('.data', 'api-key') ? '' : `DATA_DIR=${quoted(dataDir)} `;
  const held = {
    administrator: `${file} (administrator)`,
    refused: `${file} holds no administrator's key that counts; make one: ${where}npx sparkgate key create NAME --permissions admin`,
  };
  const lines = [
    '',
    `Sparkgate serves at ${url}`,
    ...(publicUrl === url ? [] : [`  public address     ${publicUrl}`]),
    `  console            ${publicUrl}/console`,
    `  API documentation  ${url}/docs`,
    `  API key            ${keyFile === null ? hint : held[keyFile]}`,
    `  data               ${dataDir}`,
  ];
  if (!demo) return `${lines.join('\n')}\n\n`;
  const check = {
    subject: { type: 'user', id: 'sam' },
    action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
    resource: { type: 'tiktok_account', id: 'brand' },
  };
  return `${lines.join('\n')}

May sam, who is OPERATOR of adv1, create Spark Ads there with @brand?

curl -s ${url}/access/v1/evaluation \\
  -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(check)}'

The whole story, from the QR code to the decision: ${where}npx sparkgate demo

`;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
