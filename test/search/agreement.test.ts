import { agrees } from './agreement.ts';

agrees({ triples: 20_000, minutes: 10 });
