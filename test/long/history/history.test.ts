import { explained } from '../../history/explained.ts';

explained({ operations: 100_000, ofEach: 2 }, { reports: true });
