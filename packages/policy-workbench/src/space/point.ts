import type { Json } from './finite-domain.ts';

/** One point of the space: the subject's role and the fact vector between subject and resource. */
export interface Point {
  role: string;
  attr: Readonly<Record<string, Json>>;
}
