#!/usr/bin/env node
import { LOCAL_HOST } from './local-host.ts';
import { reportFailure, workbenchProgram } from './program.ts';

// Whoever reads has read enough, as head does: end as a program does that SIGPIPE ends.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

try {
  await workbenchProgram(LOCAL_HOST).parseAsync();
} catch (error) {
  reportFailure(error);
}
