import { openLocalServers } from '@sparkgate/cerbos-pdp/local-servers';
import { NO_SERVICE } from '../contract.ts';
import type { Host } from './host.ts';

/** The workbench by itself: policies of this machine, and no service that decides by them. */
export const LOCAL_HOST: Host = {
  program: 'policy-workbench',
  policies: { folder: () => 'policies', called: 'policies' },
  tests: () => null,
  contract: NO_SERVICE,
  openServers: openLocalServers,
};
