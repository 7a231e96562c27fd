import { Hono } from 'hono';
import { html } from 'hono/html';
import { createRequest } from '../../../domain/access-requests/create-request.ts';
import { isFull } from '../../../domain/access-requests/room-for-account.ts';
import { findTarget } from '../../../domain/access-requests/find-target.ts';
import { AccessRequestBody } from '../../../domain/access-requests/schemas.ts';
import type { AccessRequestView } from '../../../domain/access-requests/view.ts';
import type { FieldError } from '../../../domain/errors.ts';
import { Scope } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { complaintOf, type Entered, errorSummary, formFields, textField } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { inOrder, scopeCard } from '../../ui/scopes.ts';
import { notice } from '../../ui/notice.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { routes } from '../../routes.ts';
import { trail } from '../accounts/trail.ts';
import { loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { sentForm, sentQuery, tickedScopes, type Sent } from '../console/form.ts';
import { heading } from '../console/parts.ts';
import { administratorsToAsk } from '../console/whom-to-ask.ts';

/** Offered lives of a QR code, in seconds: a quarter of an hour, an hour, a day, three days, a week. */
const VALIDITIES = [900, 3600, 86_400, 259_200, 604_800];
const ORDINARY = 86_400;

/** R1: an administrator chooses scopes and gets a QR code. */
export const requestAccess = new Hono<PageEnv>()
  .get(routes.console.requestAccess.pattern, async (c) => {
    const context = await loadConsole(c);
    const asked = sentQuery(c);
    const values = { ...typed(asked), validity: asked.one('validity') || String(ORDINARY) };
    return context.may.request
      ? formPage(c, context, { values, errors: [] }, tickedScopes(asked))
      : forbiddenPage(c, context);
  })
  .post(routes.console.requestAccess.pattern, async (c) => {
    const context = await loadConsole(c);
    if (!context.may.request) return forbiddenPage(c, context);
    const sent = await sentForm(c);
    const scopes = tickedScopes(sent);
    const body = AccessRequestBody.safeParse({
      scopes,
      tiktok_account_id: sent.one('tiktok_account_id').trim() || null,
      note: sent.one('note').trim() || null,
      expires_in: VALIDITIES.includes(Number(sent.one('validity'))) ? Number(sent.one('validity')) : 0,
    });
    if (!body.success) {
      const errors = complaints(context.locale, body.error.issues);
      return formPage(c, context, { values: typed(sent), errors }, scopes, 400);
    }
    const text = body.data.tiktok_account_id ?? null;
    const found = text === null ? ({ id: null } as const) : await findTarget(context.ctx, context.bcId, text);
    if (found === 'ambiguous') {
      const message = context.locale.words.console.request.targetAmbiguous(text ?? '');
      const errors = [{ pointer: 'tiktok_account_id', message }];
      return formPage(c, context, { values: typed(sent), errors }, scopes, 400);
    }
    // Whoever is not known here can be noted, but no request can be limited to them.
    const target = found === 'unknown' ? { id: null } : found;
    const note = noted(found === 'unknown' ? text : null, body.data.note ?? null);
    if (!AccessRequestBody.shape.note.safeParse(note).success) {
      const errors = [{ pointer: 'note', message: context.locale.words.console.request.noteInvalid }];
      return formPage(c, context, { values: typed(sent), errors }, scopes, 400);
    }
    const most = await isFull(context.ctx, context.bcId);
    if (most !== null && target.id === null) {
      const message = context.locale.words.console.request.full(context.locale.formats.number(most));
      const errors = [{ pointer: 'tiktok_account_id', message }];
      return formPage(c, context, { values: typed(sent), errors }, scopes, 409);
    }
    const asked = { ...body.data, tiktok_account_id: target.id, note };
    const { result: id } = await submitOnce(
      c,
      async (ctx) => createRequest(ctx, context.bcId, asked),
      (made) => made.id,
    );
    const to = routes.accessRequest.show(context.bcId, id);
    return found === 'unknown' ? redirectWithFlash(c, to, 'requestedUnknown') : c.redirect(to, 303);
  });

/** Whom a request is meant for, in an administrator's words. */
function noted(unknown: string | null, note: string | null): string | null {
  return [unknown, note].filter((it) => it !== null).join(' · ') || null;
}

/** The form, filled in as a request was. */
export function againLink(bcId: string, request: AccessRequestView): string {
  const asked = new URLSearchParams(request.scopes.map((scope): [string, string] => ['scopes', scope]));
  const { tiktok_account_id: target, note, created_at: from, expires_at: until } = request;
  const validity = (Date.parse(until) - Date.parse(from)) / 1000;
  for (const [name, value] of Object.entries({ tiktok_account_id: target, note, validity: String(validity) })) {
    if (value !== null) asked.set(name, value);
  }
  return `${routes.console.requestAccess(bcId)}?${asked.toString()}`;
}

function typed(sent: Sent): Entered['values'] {
  return {
    tiktok_account_id: sent.one('tiktok_account_id'),
    note: sent.one('note'),
    validity: sent.one('validity'),
  };
}

/** What the schema refused, in the reader's words, in the order of the fields. */
function complaints(locale: Locale, issues: readonly { path: readonly PropertyKey[] }[]): FieldError[] {
  const words = locale.words.console.request;
  const refused = new Set(issues.map(({ path }) => String(path[0])));
  return [
    ['scopes', 'scopes', words.scopesMissing] as const,
    ['tiktok_account_id', 'tiktok_account_id', words.targetInvalid] as const,
    ['note', 'note', words.noteInvalid] as const,
    ['expires_in', 'validity', words.validityInvalid] as const,
  ].flatMap(([field, pointer, message]) => (refused.has(field) ? [{ pointer, message }] : []));
}

async function formPage(
  c: Parameters<typeof show>[0],
  context: ConsoleContext,
  entered: Entered,
  ticked: readonly Scope[],
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  const { locale, bcId } = context;
  const words = locale.words.console.request;
  const most = await isFull(context.ctx, bcId);
  const full = most === null ? html`` : notice(locale, 'warning', words.full(locale.formats.number(most)));
  const body = html`${heading(words.title, { lead: words.lead })} ${full} ${errorSummary(locale, entered)}
    <form method="post" action="${routes.console.requestAccess(bcId)}" class="stack" data-keep>
      ${formFields(c.get('signedIn'))} ${scopeFields(locale, entered, ticked)}
      ${textField(entered, { name: 'tiktok_account_id', label: words.target, hint: words.targetHint, maxLength: 128 })}
      ${textField(entered, { name: 'note', label: words.note, hint: words.noteHint, maxLength: 200 })}
      ${validityField(locale, entered)}
      <p class="actions"><button>${words.submit}</button></p>
    </form>`;
  return show(c, context, 'tiktokAccounts', { title: words.title, breadcrumb: trail(context), body }, status);
}

function scopeFields(locale: Locale, entered: Entered, ticked: readonly Scope[]): Html {
  const words = locale.words.console.request;
  const complaint = complaintOf(entered, 'scopes');
  return html`<fieldset id="scopes"${complaint === null ? '' : html` aria-describedby="scopes-error"`}>
    <legend>${words.scopesTitle}</legend>
    <p class="hint">${words.scopesHint}</p>
    ${complaint === null ? '' : html`<p class="complaint" id="scopes-error">${complaint}</p>`}
    <div class="columns">
      ${inOrder(Scope.options).map(
        (scope) =>
          html`<label class="pick">
            ${scopeCard(locale, scope, {
              before: html`<input type="checkbox" name="scopes" value="${scope}"${ticked.includes(scope) ? html` checked` : ''} />`,
            })}
          </label>`,
      )}
    </div>
  </fieldset>`;
}

function validityField(locale: Locale, entered: Entered): Html {
  const words = locale.words.console.request;
  const complaint = complaintOf(entered, 'validity');
  const chosen = Number(entered.values['validity'] ?? ORDINARY);
  return html`<div class="field">
    <label for="validity">${words.validity}</label>
    <p class="hint" id="validity-hint">${words.validityHint}</p>
    ${complaint === null ? '' : html`<p class="complaint">${complaint}</p>`}
    <select id="validity" name="validity" aria-describedby="validity-hint">
      ${VALIDITIES.map(
        (seconds) =>
          html`<option value="${seconds}"${seconds === chosen ? html` selected` : ''}>${locale.formats.duration(seconds)}</option>`,
      )}
    </select>
  </div>`;
}

async function forbiddenPage(c: Parameters<typeof show>[0], context: ConsoleContext): Promise<Response> {
  const words = context.locale.words.console.request;
  const address = new URL(context.here, c.get('services').publicUrl()).href;
  const body = html`${heading(words.forbiddenTitle, { lead: words.forbiddenBody })}
    ${await administratorsToAsk(context, address)}`;
  return show(c, context, 'tiktokAccounts', { title: words.forbiddenTitle, breadcrumb: trail(context), body }, 403);
}
