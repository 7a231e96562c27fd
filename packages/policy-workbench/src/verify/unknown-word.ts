/** A word that a kind does not have; the message says which, and which there are. */
export class UnknownWord extends Error {
  override name = 'UnknownWord';
}
