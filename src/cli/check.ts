import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { entity, type Entity } from './entity.ts';
import { jsonObject } from './json-object.ts';
import { WHERE, serviceClient } from './service-client.ts';

interface Options {
  properties?: object;
  url?: string;
}

/** `sparkgate check SUBJECT ACTION RESOURCE`: exit code 0 for ALLOW, 2 for DENY, 1 for an error. */
export function checkCommand(): Command {
  return new Command('check')
    .description('ask the running service for a decision (exit code 0 ALLOW, 2 DENY, 1 error)')
    .argument('<subject>', 'such as user:sam', entity)
    .argument('<action>', 'such as create_spark_ad')
    .argument('<resource>', 'such as tiktok_account:brand', entity)
    .option('-p, --properties <json>', "the action's properties, as JSON", jsonObject)
    .option('-u, --url <url>', WHERE)
    .addHelpText(
      'after',
      `\nExample:\n  sparkgate check user:sam create_spark_ad tiktok_account:brand --properties '{"advertiser_id":"adv1"}'`,
    )
    .action(async (subject: Entity, name: string, resource: Entity, options: Options) => {
      const client = await serviceClient(readConfig(), options.url);
      const action = { name, ...(options.properties && { properties: options.properties }) };
      const { status, body } = await client.call('POST', '/access/v1/evaluation', { subject, action, resource });
      process.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
      process.exitCode = status === 200 ? (allowed(body) ? 0 : 2) : 1;
    });
}

function allowed(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'decision' in body && body.decision === true;
}
