import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { LineLog } from '../../src/platform/line-log.ts';

// Appends lines to the file that it is told, while the file may not grow beyond a line and a half, and then one more
// line where it may. Prints how many lines were lost.

process.on('SIGXFSZ', () => undefined);
const mayGrowTo = (bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

const heard = new EventTarget();
let lost = 0;
const log = await LineLog.open(process.argv[2] ?? '', (lines) => {
  lost += lines;
  heard.dispatchEvent(new Event('loss'));
});
mayGrowTo('6');
log.write('one\n');
log.write('two\n');
const awake = setInterval(() => undefined, 1000);
await once(heard, 'loss');
clearInterval(awake);
mayGrowTo('unlimited');
log.write('three\n');
await log.close();
process.stdout.write(`${lost}\n`);
