import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { serve } from '../serve.ts';

/** `sparkgate serve` */
export function serveCommand(): Command {
  return new Command('serve').description('serve until a signal says stop').action(async () => serve(readConfig));
}
