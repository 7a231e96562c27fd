import type { ServiceAction } from '../domain/context.ts';
import type { Reason } from '../domain/errors.ts';
import type { Obligation } from '../domain/account-grants/revoke-grant.ts';
import type { Call } from '../facts/sparkgate-service.ts';

/** A JSON object as it came over the wire. */
export type Properties = Readonly<Record<string, unknown>>;

/** One AuthZEN access evaluation, every default filled in. */
export interface Check {
  subject: { type: string; id: string; properties: Properties };
  action: { name: string; properties: Properties };
  resource: { type: string; id: string; properties: Properties };
  context: Properties;
  /** The Business Centers whose facts count; null = all. */
  within: readonly string[] | null;
  /** The subject asks themself: they are told no more than they may see, and what they send overrides nothing stored. */
  byPerson: boolean;
}

/** The answer to a check, with the facts that explain it. */
export interface Decision {
  decision: boolean;
  /** By which path an ALLOW came; null where the kind knows none, and on a DENY. */
  via: 'BUSINESS_CENTER' | 'ACCOUNT_LINK' | 'OWNER' | null;
  /** On a DENY: every condition that is still missing. */
  reasons: readonly Reason[];
  /** There may be a nearer way than the one whose conditions are told, or one at all: to find out took too much. */
  reasonsIncomplete: boolean;
  obligations: readonly Obligation[];
  /** To the subject themself there is no such thing: they may not know whether there is. */
  private: boolean;
  /** The bundle that decided. */
  policy: string;
  /** The revision of the relationships that were read. */
  revision: string;
}

/** What a caller asks of this service itself. */
export interface ServiceCheck {
  /** `api_key`, or what a person who comes without one is. */
  role: string;
  action: ServiceAction;
  call: Call;
}
