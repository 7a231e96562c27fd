import { NO_RATES } from '../support/call.ts';
import { SERVICE_KEY, startService, type Service } from '../support/service.ts';

/** Settings of a node whose clients ask as fast as they can. */
const SETTINGS = {
  ...NO_RATES,
  CERBOS_TARGET: '',
  DEMO: 'off',
  BOOTSTRAP_API_KEY: SERVICE_KEY,
  PENDING_REQUESTS_PER_BUSINESS_CENTER: '1000000',
  LOG_LEVEL: 'warn',
};

/** Starts nodes of a service, one after the other, each a process with a Cerbos of its own, on one database. */
export async function startNodes(
  count: number,
  environment: { DATABASE_URL: string } & Record<string, string>,
  tree?: string,
): Promise<Service[]> {
  const [first, ...others] = Array.from({ length: count }, () => () => startNode(environment, tree));
  // The first one migrates.
  const node = await first?.();
  return [...(node ? [node] : []), ...(await Promise.all(others.map(async (start) => start())))];
}

async function startNode(
  environment: { DATABASE_URL: string } & Record<string, string>,
  tree?: string,
): Promise<Service> {
  return startService({ ...SETTINGS, ...environment }, tree);
}
