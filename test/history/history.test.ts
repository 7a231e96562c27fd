import { explained } from './explained.ts';

explained({ operations: 3000, ofEach: 1 });
