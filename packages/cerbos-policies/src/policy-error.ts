/** What is wrong with policies, with their tests, or with what runs them; the message says what and where. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
