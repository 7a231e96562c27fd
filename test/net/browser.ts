import { record, send, type Answer } from './http.ts';
import { elements, fieldsOf } from './page.ts';
import type { Recording } from './recording.ts';

/** A browser without script, in which one of the demo's people can be signed in. */
export class Browser {
  readonly #recording: Recording;
  readonly #url: string;
  readonly #name: string;
  readonly #language: string;
  readonly #cookies = new Map<string, string>();

  /** @param name who it is and where, for the names of the exchanges */
  constructor(recording: Recording, url: string, name: string, language: string) {
    this.#recording = recording;
    this.#url = url;
    this.#name = `${name} ${language}`;
    this.#language = language;
  }

  async signIn(who: string): Promise<void> {
    const { text } = await send(this.#url, { method: 'GET', path: '/sign-in', headers: this.#headers() });
    await this.post('/sign-in/demo', { ...fieldsOf(text, '/sign-in/demo'), who }, 'sign-in');
  }

  async get(path: string): Promise<Answer> {
    const sent = { method: 'GET', path, headers: this.#headers() };
    return this.#keep(await record(this.#recording, this.#url, `page ${this.#name} GET ${path}`, sent));
  }

  /** Sends a form. A page that has it is opened first, for its hidden fields, where `fields` are only what is typed. */
  async submit(page: string, typed: Record<string, string | string[]>, action = page): Promise<Answer> {
    const { text } = await this.get(page);
    const [path = page] = action.split('?');
    return this.post(path, { csrf: this.#csrf(text), ...fieldsOf(text, path), ...typed });
  }

  async post(path: string, fields: Record<string, string | string[]>, what = ''): Promise<Answer> {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields)) for (const it of [values].flat()) body.append(name, it);
    const headers = { ...this.#headers(), 'Content-Type': 'application/x-www-form-urlencoded' };
    const sent = { method: 'POST', path, headers, body: body.toString() };
    return this.#keep(
      await record(this.#recording, this.#url, `page ${this.#name} POST ${path} ${what}`, sent, fields),
    );
  }

  /** Follows every link from some pages on, breadth first, up to so many pages. */
  async crawl(starts: readonly string[], most: number): Promise<void> {
    const queue = [...starts];
    const seen = new Set(queue);
    for (let n = 0; n < queue.length && n < most; n += 1) {
      const { text, headers } = await this.get(queue[n]!);
      const links = elements(text)
        .filter(({ tag }) => tag === 'a')
        .map(({ attributes }) => attributes['href']);
      for (const link of [headers.get('location') ?? undefined, ...links]) {
        const path = link === undefined ? null : this.#local(link, queue[n]!);
        if (path === null || seen.has(path)) continue;
        seen.add(path);
        queue.push(path);
      }
    }
  }

  #local(link: string, from: string): string | null {
    const url = new URL(link, `${this.#url}${from}`);
    if (url.origin !== this.#url || url.pathname === '/openapi.json') return null;
    return `${url.pathname}${url.search}`;
  }

  #csrf(text: string): string {
    return fieldsOf(text)['csrf'] ?? '';
  }

  #headers(): Record<string, string> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      'Accept-Language': this.#language,
      Accept: 'text/html',
      'Sec-Fetch-Site': 'same-origin',
      ...(cookie !== '' && { Cookie: cookie }),
    };
  }

  #keep(answer: Answer): Answer {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
