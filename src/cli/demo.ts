import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { storyOf } from '../demo/story.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { WHERE, serviceClient, type ServiceClient } from './service-client.ts';

/** `sparkgate demo`: the story on the running service, each step with the decision that holds after it. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('tell the story from the QR code to the decision on the running service')
    .option('-u, --url <url>', WHERE)
    .action(async ({ url }: { url?: string }) => {
      const client = await serviceClient(readConfig(), url);
      const { asks, question, steps } = storyOf(`demo-${randomBytes(3).toString('hex')}`);
      process.stdout.write(`${asks} Asked of ${client.url}\n\n`);
      for (const [index, step] of steps.entries()) {
        await step.does(async (...call) => expectSuccess(client, ...call));
        const { body } = await expectSuccess(client, 'POST', '/access/v1/evaluation', question);
        process.stdout.write(`${index + 1}. ${step.says}\n   ${sentence(body)}\n\n`);
      }
    });
}

async function expectSuccess(client: ServiceClient, ...call: Parameters<ServiceClient['call']>) {
  const answer = await client.call(...call);
  if (answer.status < 300) return answer;
  const [method, path] = call;
  throw new PlatformError(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

interface Evaluation {
  decision: boolean;
  context: { via: string | null; reasons: { code: string; message: string }[] };
}

function sentence(body: unknown): string {
  const { decision, context } = body as Evaluation;
  if (decision) return `-> ALLOW via ${context.via}`;
  return ['-> DENY', ...context.reasons.map(({ code, message }) => `${code}: ${message}`)].join('\n      ');
}
