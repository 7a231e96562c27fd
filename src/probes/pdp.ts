import { setTimeout as delay } from 'node:timers/promises';
import { Pdp, type PdpReport } from '../decision/pdp.ts';
import type { Finding } from './finding.ts';

/** The oldest Cerbos that evaluates strictly. */
const OLDEST = [0, 55] as const;

/** A PDP that is started beside us may need a moment: so often it is asked, and so many milliseconds pass between. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/** Probes the Cerbos at CERBOS_TARGET. */
export async function probePdp(target: string, options: { timeoutMs: number; attempts?: number }): Promise<Finding[]> {
  const pdp = new Pdp(target, options);
  const silent: Finding = {
    level: 'problem',
    says: `No Cerbos answers at CERBOS_TARGET ${target}: start it, or correct CERBOS_TARGET.`,
  };
  try {
    if (!(await serves(pdp, options.attempts ?? ATTEMPTS))) return [silent];
    return pdpFindings(target, await pdp.report());
  } catch {
    return [silent];
  } finally {
    pdp.close();
  }
}

/** What is to be said of a Cerbos that reports this. */
export function pdpFindings(target: string, { version, evaluatesLoosely, takesWholeCalls }: PdpReport): Finding[] {
  const subject = `The Cerbos at CERBOS_TARGET ${target}`;
  const wrong = [
    ...(isOld(version)
      ? [`is ${version}, and ${OLDEST.join('.')} is the oldest that evaluates strictly; upgrade it`]
      : []),
    ...(evaluatesLoosely
      ? ['lets an ALLOW stand where a DENY cannot be evaluated; set engine.strictEvaluation to true']
      : []),
    ...(takesWholeCalls
      ? []
      : ['takes fewer resources in one call than are sent; set server.requestLimits.maxResourcesPerRequest to 500']),
  ].map((why): Finding => ({ level: 'problem', says: `${subject} ${why}, as src/platform/cerbos.yaml has it.` }));
  return wrong.length > 0 ? wrong : [{ level: 'well', says: `${subject} is ${version} and evaluates strictly.` }];
}

/** Builds that are no release do not tell their age. */
function isOld(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  if (major === undefined || minor === undefined || (major === '0' && minor === '0')) return false;
  return Number(major) === OLDEST[0] && Number(minor) < OLDEST[1];
}

async function serves(pdp: Pdp, attempts: number): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (await pdp.serving()) return true;
    if (attempt < attempts) await delay(PAUSE_MS);
  }
  return false;
}
