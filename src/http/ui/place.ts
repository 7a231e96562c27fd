import type { Reason } from '../../domain/errors.ts';
import type { Html } from './html.ts';

/** A place to go to. `current`: it is this page, or the part of the console that this page belongs to. */
export interface Place {
  label: string;
  href: string;
  current?: boolean;
}

/** What stands around a page of the console, errors included. */
export interface Frame {
  /** Beside the page on a desk, above it on a phone. */
  navigation: readonly Place[];
  /** After the product's name: in which Business Center one is, and how to change that. */
  switcher: Html;
  /** What whoever is signed in is called here, where that is known: a name, or a handle. */
  knownAs: string | null;
  /** For who was refused something here for these reasons: whom to ask, by name, with a text to send. */
  whomToAsk?: (reasons: readonly Reason[]) => Promise<Html>;
}
