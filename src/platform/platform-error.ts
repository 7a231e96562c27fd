/** A condition of this machine that keeps Sparkgate from starting; the message says what to do about it. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
}
