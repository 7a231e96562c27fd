import { html } from 'hono/html';
import { Scope } from '../../../domain/vocabulary.ts';
import type { Html } from '../../ui/html.ts';
import { atHandle, checkedName, shownName } from '../../ui/name.ts';
import type { Locale } from '../../ui/locale.ts';
import { inOrder } from '../../ui/scopes.ts';
import { userInLine, type Reader } from '../../ui/user-names.ts';

/** A TikTok account, and what it is called. */
export interface NamedAccount {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
}

/** What people call a TikTok account, the best that is known of it. */
export function accountName(account: NamedAccount): string {
  return account.display_name ?? handleOf(account) ?? account.tiktok_account_id;
}

function handleOf({ handle }: { handle: string | null }): string | null {
  return handle === null ? null : atHandle(handle);
}

/** A TikTok account as two lines: its name, and below it handle and id. */
export function accountLines(locale: Locale, account: NamedAccount, href?: string): Html {
  const name = checkedName(locale, accountName(account));
  const rest = [handleOf(account), account.tiktok_account_id].filter(
    (text, index, all): text is string => text !== null && text !== accountName(account) && all.indexOf(text) === index,
  );
  return html`${href === undefined ? name : html`<a href="${href}">${name}</a>`}
    ${rest.length === 0 ? '' : html`<span class="sub">${rest.map((text, at) => html`${at > 0 ? ' · ' : ''}${shownName(text)}`)}</span>`}`;
}

/** Who did something, from the audit trail's `user:adm`. @param account one that may be meant, by what it is called */
export function actorName(reader: Reader, actor: string, account?: NamedAccount): Html {
  const { locale } = reader;
  const [type = ''] = actor.split(':', 1);
  const id = actor.slice(type.length + 1);
  const kinds: Readonly<Record<string, string>> = locale.words.console.actors;
  const kind = kinds[type] ?? type;
  if (id === '') return html`${kind}`;
  if (type === 'user') return userInLine(reader, id);
  if (type === 'tiktok_account' && account?.tiktok_account_id === id)
    return html`${kind} ${checkedName(locale, handleOf(account) ?? accountName(account))}`;
  return html`${kind} ${type === 'api_key' ? html`<code title="${id}">…${id.slice(-6)}</code>` : shownName(id)}`;
}

/** A search box that asks by GET, and the way back to everything. */
export function searchForm(
  locale: Locale,
  { path, label, text, keep = {} }: { path: string; label: string; text: string | null; keep?: Record<string, string> },
): Html {
  const words = locale.words.console;
  return html`<form class="search" role="search" method="get" action="${path}">
    ${Object.entries(keep).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <label class="visually-hidden" for="q">${label}</label>
    <input id="q" type="search" name="q" value="${text ?? ''}" placeholder="${label}" maxlength="256" dir="auto" />
    <button class="secondary">${words.search}</button>
    ${text === null ? '' : html`<a class="button quiet" href="${path}">${words.searchAll}</a>`}
  </form>`;
}

/** Tick boxes for scopes; `disabled` ones are there to be seen. */
export function scopeBoxes(locale: Locale, scopes: { offered: readonly Scope[]; ticked: readonly Scope[] }): Html {
  return html`<div class="choices">
    ${inOrder(Scope.options).map((scope) => {
      const offered = scopes.offered.includes(scope);
      return html`<label class="choice${offered ? '' : ' unavailable'}">
        <input type="checkbox" name="scopes" value="${scope}"${scopes.ticked.includes(scope) && offered ? html` checked` : ''}${offered ? '' : html` disabled`} />
        <span>${locale.words.common.scopes[scope].name}${offered ? '' : html` <span class="hint">· ${locale.words.console.assign.notGranted}</span>`}</span>
      </label>`;
    })}
  </div>`;
}

/** Whom the mark of the audit trail means. */
export function whoDid(reader: Reader, actor: string | null, account?: NamedAccount): Html {
  return actor === null ? html`${reader.locale.words.common.noValue}` : actorName(reader, actor, account);
}

/** The users whom somebody can ask. */
export function administratorsList(reader: Reader, administrators: readonly string[]): Html {
  return html`<p class="hint">${reader.locale.words.console.may.administrators}</p>
    <ul class="names">
      ${administrators.map((id) => html`<li>${userInLine(reader, id)}</li>`)}
    </ul>`;
}

/** A page's heading, what it is about, and what can be done. */
export function heading(title: Html | string, parts: { lead?: Html | string; action?: Html | undefined } = {}): Html {
  return html`<div class="heading">
    <div>
      <h1>${title}</h1>
      ${parts.lead === undefined ? '' : html`<p class="lead">${parts.lead}</p>`}
    </div>
    ${parts.action === undefined ? '' : html`<p class="actions">${parts.action}</p>`}
  </div>`;
}

/** Whom an account belongs to: its handle, or that nobody is known. The account's number would name no one. */
export function ownerOf(locale: Locale, handle: string | null): Html | string {
  return handle === null ? locale.words.console.accounts.ownerUnknown : checkedName(locale, atHandle(handle));
}
