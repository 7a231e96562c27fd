import { agrees } from './agrees.ts';

agrees({ checks: 10_000, minutes: 10 });
