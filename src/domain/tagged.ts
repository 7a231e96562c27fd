/**
 * A fact with the tag that tells it from what it was before and will be after, even where it comes to be the same again:
 * the id of its row, or the version that the database gives what it overwrites. Over HTTP an entity tag (RFC 9110, 8.8.3).
 */
export interface Tagged<Fact> {
  fact: Fact;
  tag: string;
}
