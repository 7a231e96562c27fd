/** A page of a list by its number: what its reader looks for, narrowed down and sorted as they chose. */
export interface ListQuery<Filter extends string, Sort extends string> {
  /** Part of a name, a handle or an id; null = all. */
  text: string | null;
  filter: Filter | null;
  sort: Sort;
  /** Counts from 1. */
  page: number;
  limit: number;
}

/** Rows of a page, and how many there are in all. */
export interface Listed<Row> {
  items: Row[];
  total: number;
}

/** How many rows come before a page. */
export function rowsBefore({ page, limit }: Pick<ListQuery<string, string>, 'page' | 'limit'>): number {
  return (page - 1) * limit;
}
