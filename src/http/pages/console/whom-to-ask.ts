import { html } from 'hono/html';
import { listAdministrators } from '../../../domain/business-centers/list-administrators.ts';
import type { Context } from '../../../domain/context.ts';
import type { Reason, ReasonCode } from '../../../domain/errors.ts';
import { copyButton } from '../../ui/copy.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { plainName } from '../../ui/name.ts';
import type { Reader } from '../../ui/user-names.ts';
import { administratorsList } from './parts.ts';

/** Conditions that an administrator of the Business Center brings about. */
export const OF_ADMINISTRATORS: ReadonlySet<ReasonCode> = new Set([
  'NOT_AN_ADMIN',
  'NOT_A_MEMBER',
  'UNKNOWN_SUBJECT',
  'NO_ASSIGNMENT',
  'SCOPE_NOT_ASSIGNED',
  'NO_GRANT',
  'GRANT_REVOKED',
  'SCOPE_NOT_GRANTED',
  'ADVERTISER_ROLE_INSUFFICIENT',
]);

/** Who looks for help, and in which Business Center. */
interface Asking extends Reader {
  ctx: Context;
  bcId: string;
  center: { name: string };
}

/** The administrators of the Business Center, without the reader: nobody asks themself. Empty where there is no other. */
export async function otherAdministrators(reader: Asking): Promise<Html> {
  const others = (await listAdministrators(reader.ctx, reader.bcId)).filter((id) => id !== reader.userId);
  return others.length === 0 ? html`` : administratorsList(reader, others);
}

/** For who was refused `address`: whom to ask, by name, with the text to send. Empty where no administrator can help. */
export async function whomToAsk(reader: Asking, reasons: readonly Reason[], address: string): Promise<Html> {
  return reasons.some(({ code }) => OF_ADMINISTRATORS.has(code)) ? administratorsToAsk(reader, address) : html``;
}

/** The administrators, with the text that asks them for what is at `address`. */
export async function administratorsToAsk(reader: Asking, address: string): Promise<Html> {
  const { locale, center, bcId, userId } = reader;
  const { remedies } = locale.words.console;
  const text = `${remedies.askHelp(plainName(center.name), bcId, plainName(userId))} ${address}`;
  return html`<section class="card">${await otherAdministrators(reader)} ${textToSend(locale, text)}</section>`;
}

/** A text for those who can help: to read, and to copy. */
export function textToSend(locale: Locale, text: string): Html {
  const { remedies } = locale.words.console;
  return html`<details class="send">
    <summary>${remedies.textToSend}</summary>
    <p class="quoted wrap">${text}</p>
    ${copyButton(locale, remedies.copyText, { text })}
  </details>`;
}
