/** The relationships of one moment, read only: rows of a statement in portions, so that no answer has to fit in memory. */
export interface Live {
  rows: <Row extends object>(text: string, values?: readonly unknown[]) => AsyncGenerator<Row>;
}
