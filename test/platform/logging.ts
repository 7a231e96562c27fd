import { writeSync } from 'node:fs';
import { LogStream } from '../../src/platform/log-stream.ts';

// Logs more than is held back to its fourth descriptor, which nobody reads, says how many lines it dropped, and ends.
// Node makes its own standard error non-blocking at times, and so would hide that the stream has to.

const log = new LogStream(3, () => undefined);
for (let line = 0; line < 3000; line += 1) log.stream.write(`${'x'.repeat(1000)}\n`);
setTimeout(() => {
  writeSync(1, `${log.dropped}\n`);
  process.exit();
}, 500);
