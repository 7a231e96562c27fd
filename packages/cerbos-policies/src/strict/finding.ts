/** What is known of those who send requests. */
export interface Senders {
  /** Kinds of which every attribute is made by the service, so that nothing else is ever sent. */
  closedKinds: ReadonlySet<string>;
  /**
   * What is filled of a closed kind's resources, by kind, as a JSON Schema: what a policy folder's own schema declares
   * beyond that is never sent, nor is any attribute of the subject. Kinds that are missing are filled as their schemas say.
   */
  filled: ReadonlyMap<string, string>;
  /** Fields of closed kinds of which only the part between two numbers is sent that rules compare them with. */
  compared: ReadonlySet<string>;
  /** Records that come with every resource of the other kinds, whether its schema declares them or not. */
  sentAlong: readonly string[];
}

/** An expression that reads what is not sent. */
export interface Finding {
  /** Whether the policies must not be used so; else it is said and hinders nothing. */
  isError: boolean;
  /** Below the policy folder. */
  file: string;
  line: number;
  /** What it reads, and the remedy. */
  message: string;
}
