import { agrees } from '../oracle/agrees.ts';

agrees({ checks: 100_000, minutes: 60 });
