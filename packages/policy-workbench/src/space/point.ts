import type { Json } from '@sparkgate/cerbos-policies/json';

/** One point of the space: the subject's role and the fact vector between subject and resource. */
export interface Point {
  role: string;
  attr: Readonly<Record<string, Json>>;
}
