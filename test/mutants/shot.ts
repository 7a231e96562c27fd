/** A request as it goes over the wire. */
export interface Shot {
  method: string;
  /** As it stands in the request line. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
}

/** What came back, its body parsed where it claims to be JSON. */
export interface Reply {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies of every shape
  body: any;
}
