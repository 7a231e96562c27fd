import { survives } from '../mutants/survives.ts';

survives({ shots: 200_000, minutes: 60 });
