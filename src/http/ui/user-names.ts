import { html } from 'hono/html';
import type { Context } from '../../domain/context.ts';
import { namesOf } from '../../domain/users/names-of.ts';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';
import { checkedName, shownName } from './name.ts';

/** What users are called, for the ids that a page shows: those that are asked for together are read at once. */
export class UserNames {
  readonly #ctx: Context;
  readonly #known = new Map<string, Promise<string | null>>();
  #next: { ids: string[]; names: Promise<Map<string, string>> } | null = null;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** A user's name; null where none is known. */
  async of(userId: string): Promise<string | null> {
    const known = this.#known.get(userId) ?? this.#read(userId);
    this.#known.set(userId, known);
    return known;
  }

  async #read(userId: string): Promise<string | null> {
    this.#next ??= this.#begin();
    this.#next.ids.push(userId);
    return (await this.#next.names).get(userId) ?? null;
  }

  #begin(): { ids: string[]; names: Promise<Map<string, string>> } {
    const ids: string[] = [];
    const read = async (): Promise<Map<string, string>> => {
      // A page is put together without waiting: by then it has asked for every name of this part.
      await new Promise((resolve) => setImmediate(resolve));
      this.#next = null;
      return namesOf(this.#ctx, ids);
    };
    return { ids, names: read() };
  }
}

/** What it takes to say who somebody is. `userId` is the reader. */
export interface Reader {
  locale: Locale;
  names: UserNames;
  userId: string;
}

/** A user as two lines: the name, where one is known, and the id; told apart when it is the reader. */
export async function userName(
  { locale, names, userId: self }: Reader,
  userId: string,
  href?: string,
): Promise<Awaited<Html>> {
  const name = await names.of(userId);
  const first = checkedName(locale, name ?? userId);
  return html`${href === undefined ? first : html`<a href="${href}">${first}</a>`}${userId === self ? html` <span class="badge">${locale.words.console.you}</span>` : ''}
  ${name === null ? '' : html`<span class="sub">${shownName(userId)}</span>`}`;
}

/** The same within a line. */
export async function userInLine({ locale, names }: Omit<Reader, 'userId'>, userId: string): Promise<Awaited<Html>> {
  const name = await names.of(userId);
  if (name === null) return checkedName(locale, userId);
  return html`${checkedName(locale, name)} <span class="hint">${shownName(userId)}</span>`;
}
