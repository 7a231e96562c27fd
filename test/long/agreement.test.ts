import { agrees } from '../search/agreement.ts';

agrees({ triples: 200_000, minutes: 60 });
