import { Command, Option } from 'commander';
import { readConfig } from '../../config.ts';
import type { Properties } from '../../decision/check.ts';
import { explainDecision } from '../../review/explain/explain-decision.ts';
import { explainReport } from '../../review/explain/explain-report.ts';
import { entity, type Entity } from '../entity.ts';
import { jsonObject } from '../json-object.ts';
import { CONTRACT } from '../../review/contract.ts';
import { decidingBundle } from './deciding-bundle.ts';
import { EXIT } from './exit-codes.ts';
import { withLiveDatabase } from './live-database.ts';
import { readCompiled } from '@sparkgate/policy-workbench/cli/policies';
import type { Host } from '@sparkgate/policy-workbench/cli/host';
import { policyFolder } from './host.ts';

interface Options {
  policies?: string;
  properties: Properties;
  subjectProperties: Properties;
  resourceProperties: Properties;
  output: 'text' | 'json';
}

/** `sparkgate policy explain SUBJECT ACTION RESOURCE` */
export function explainCommand({ openServers }: Pick<Host, 'openServers'>): Command {
  return new Command('explain')
    .description('say how one decision comes about: facts, rules, what failed, and what would allow')
    .argument('<subject>', 'such as user:sam', entity)
    .argument('<action>', 'such as create_spark_ad')
    .argument('<resource>', 'such as tiktok_account:brand', entity)
    .option('-p, --properties <json>', "the action's properties, as JSON", jsonObject, {})
    .option('--subject-properties <json>', 'what the caller sends of the subject, as JSON', jsonObject, {})
    .option('--resource-properties <json>', 'what the caller sends of the resource, as JSON', jsonObject, {})
    .option('--policies <dir>', 'the folder of policies (default: POLICY_DIR)')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
The database is DATABASE_URL, or the embedded one of DATA_DIR, whether the service runs or not. It is only read.
The policies are those of the folder; where the service decides by another bundle, that is said.

Exit codes:
  0  ALLOW
  1  the policies or the database cannot be read, the kind is unknown, or the properties do not fit
  2  DENY
  3  the policies do not compile, or read what is never sent

Example:
  sparkgate policy explain user:adm create_spark_ad tiktok_account:brand -p '{"advertiser_id":"adv1"}'`,
    )
    .action(async (subject: Entity, name: string, resource: Entity, options: Options) => {
      const folder = policyFolder(options.policies);
      if ((await readCompiled(folder, CONTRACT)) === null) return;
      const check = {
        subject: { ...subject, properties: options.subjectProperties },
        action: { name, properties: options.properties },
        resource: { ...resource, properties: options.resourceProperties },
        context: {},
        within: null,
        byPerson: false,
      };
      const config = readConfig();
      const explained = await withLiveDatabase(config, async (live) =>
        explainDecision(check, { folder, live, timeZone: config.clockTimeZone, openServers }),
      );
      const deciding = await decidingBundle(config);
      process.stdout.write(explainReport({ ...explained, deciding }, options.output));
      process.exitCode = explained.decision ? EXIT.fine : EXIT.denied;
    });
}
