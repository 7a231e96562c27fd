import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';

/** A PDP gave no decision. `unavailable`: it does not answer; `unreadable`: it cannot read what was sent. */
export class PdpError extends PolicyError {
  readonly code: 'unavailable' | 'unreadable';

  constructor(code: PdpError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
