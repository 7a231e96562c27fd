import { Command } from 'commander';
import { ConfigError, readConfig, type Config } from '../config.ts';
import { diagnose } from '../doctor.ts';
import type { Finding } from '../probes/finding.ts';

/** `sparkgate doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what keeps the service from starting or serving well, and what to do about it')
    .addHelpText(
      'after',
      `
It looks at the settings, the address, DATA_DIR, the database, the PDP and the policies as a start does, and changes nothing.

Exit codes:
  0  the service can start; there may be warnings
  1  a problem keeps it from starting, or from taking the policies in POLICY_DIR

Example:
  sparkgate doctor`,
    )
    .action(async () => {
      const settings = settingsOf();
      const diagnoses = settings.config === null ? [] : await diagnose(settings.config);
      const found = [{ part: 'settings', findings: settings.findings }, ...diagnoses];
      for (const { part, findings } of found) {
        for (const { level, says } of findings)
          process.stdout.write(`${level.padEnd(7)}  ${part.padEnd(8)}  ${says}\n`);
      }
      if (found.some(({ findings }) => findings.some(({ level }) => level === 'problem'))) process.exitCode = 1;
    });
}

function settingsOf(): { config: Config | null; findings: Finding[] } {
  try {
    return { config: readConfig(), findings: [{ level: 'well', says: 'All settings can be read.' }] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: null, findings: error.message.split('\n').map((says) => ({ level: 'problem', says })) };
  }
}
