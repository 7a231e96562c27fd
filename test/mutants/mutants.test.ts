import { survives } from './survives.ts';

survives({ shots: 2000, minutes: 10 });
