/** What a bundle was refused over. `folder`: it cannot be read as one; `start`: Cerbos or the service cannot use it. */
export type RefusedOver = 'folder' | 'compile' | 'tests' | 'invariants' | 'start';

/** A bundle that must not decide. The message is for whoever wrote it: what is wrong, with file and line. */
export class PoliciesRefused extends Error {
  override readonly name = 'PoliciesRefused';
  readonly over: RefusedOver;

  constructor(over: RefusedOver, message: string, options?: ErrorOptions) {
    super(message, options);
    this.over = over;
  }
}
