import type { TestApp } from './app.ts';

/** A very small browser: cookies by origin, redirects, and the issuer's own forms. Ours is called without a port. */
export class Browser {
  readonly #app: TestApp;
  readonly #home: string;
  readonly #jars = new Map<string, Map<string, string>>();
  /** Every address it has been to, newest last. */
  readonly visited: string[] = [];

  constructor(app: TestApp) {
    this.#app = app;
    this.#home = app.runtime.services.publicUrl();
  }

  /** One request, without following a redirect. */
  async once(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.#home);
    this.visited.push(url.href);
    const jar = this.jar(url.origin);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('Cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const all = { redirect: 'manual' as const, ...init, headers };
    const response = await (url.origin === this.#home ? this.#app.request(url.href, all) : fetch(url, all));
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie);
    return response;
  }

  /** Follows redirects, and signs in as `login` where the issuer asks, until a page of ours, or `stop` is met. */
  async follow(address: string | URL, login: string, stop: (url: URL) => boolean = () => false): Promise<Followed> {
    let url = new URL(address, this.#home);
    let response = await this.once(url);
    for (let step = 0; step < 15; step += 1) {
      const location = response.headers.get('Location');
      if (location !== null) {
        url = new URL(location, url);
        if (stop(url)) return { url, response };
        response = await this.once(url);
        continue;
      }
      if (url.origin === this.#home) return { url, response };
      const form = formIn(await response.text(), login);
      if (!form) return { url, response };
      url = new URL(form.action, url);
      response = await this.once(url, { method: 'POST', body: form.body });
    }
    throw new Error(`It never arrived: ${url.href}`);
  }

  /** The cookies that it holds for an origin, ours if none is named. */
  jar(origin: string = this.#home): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }
}

interface Followed {
  url: URL;
  response: Response;
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = ''] = cookie.split(';');
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  if (/;\s*max-age=0/i.test(cookie) || /expires=Thu, 01 Jan 1970/i.test(cookie)) jar.delete(name);
  else jar.set(name, pair.slice(at + 1));
}

/** The issuer's form, filled in: login, consent, or one that its own script would send at once. */
function formIn(page: string, login: string): { action: string; body: URLSearchParams } | null {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
  const hidden = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  if (action === undefined || hidden.length === 0) return null;
  const body = new URLSearchParams();
  for (const [, name = '', value = ''] of hidden) body.set(name, value);
  if (body.get('prompt') === 'login') body.set('login', login);
  if (body.get('prompt') === 'login') body.set('password', 'x');
  return { action, body };
}
