import { swapsUnderLoad } from '../policies/swaps.ts';

swapsUnderLoad({ agreeing: 50, disagreeing: 20 });
