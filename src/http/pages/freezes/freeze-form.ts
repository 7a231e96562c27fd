import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import { ask } from '../../../domain/authorize.ts';
import type { Context } from '../../../domain/context.ts';
import { freeze } from '../../../domain/freezes/freeze.ts';
import type { Thing } from '../../../domain/freezes/place.ts';
import { freezeInForce, type FreezeView } from '../../../domain/freezes/read-freezes.ts';
import { FreezeBody } from '../../../domain/freezes/schemas.ts';
import { unfreeze } from '../../../domain/freezes/unfreeze.ts';
import { unseen } from '../../../domain/unseen.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { errorSummary, formFields, textField, type Entered } from '../../ui/fields.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { notice } from '../../ui/notice.ts';
import { time } from '../../ui/time.ts';
import { UserNames } from '../../ui/user-names.ts';
import { sentForm } from '../console/form.ts';
import { actorName, heading } from '../console/parts.ts';

/** What is frozen of a thing, and what the policies let the reader do about it. */
export interface FreezeState {
  thing: Thing;
  view: FreezeView | null;
  may: { freeze: boolean; unfreeze: boolean };
}

/** Of a thing that the reader may see. */
export async function freezeStateOf(ctx: Context, thing: Thing): Promise<FreezeState> {
  const may = async (action: string): Promise<boolean> =>
    (await ask(ctx, { action, resource: { type: thing.kind, id: thing.id } }, null)).decision;
  const [view, mayFreeze, mayUnfreeze] = await Promise.all([
    freezeInForce(ctx.orm.em.fork(), thing),
    may('freeze'),
    may('unfreeze'),
  ]);
  return { thing, view, may: { freeze: mayFreeze, unfreeze: mayUnfreeze } };
}

/** The same for the page on which it is frozen. @throws SparkgateError `not_found` for whoever may not */
export async function stateOf(ctx: Context, thing: Thing): Promise<FreezeState> {
  const state = await freezeStateOf(ctx, thing);
  if (!state.may.freeze) throw unseen();
  return state;
}

/** That something is frozen, and until when; why is told to those who may freeze it. Nothing where it is not. */
export function freezeBanner(locale: Locale, { thing, view, may }: FreezeState, href?: string): Html {
  if (view === null) return html``;
  const words = locale.words.common.freeze;
  const until = view.until === null ? words.untilLifted : html`${words.until} ${time(locale, view.until)}`;
  const more = may.freeze
    ? html`<p>${words.reason}${locale.words.common.colon}${view.reason}</p>
        ${href === undefined ? '' : html`<p><a href="${href}">${may.unfreeze ? words.lift : words.details}</a></p>`}`
    : undefined;
  return notice(locale, 'warning', html`${words.of[thing.kind].frozen} ${until}`, more);
}

/** The way to freeze something that is not frozen, for those who may. */
export function freezeLink(locale: Locale, { thing, view, may }: FreezeState, href: string): Html {
  if (view !== null || !may.freeze) return html``;
  return html`<p class="danger-zone">
    <a class="button danger-quiet" href="${href}">${locale.words.common.freeze.of[thing.kind].title}</a>
  </p>`;
}

/** The page's body: what is frozen, with the form that lifts it, or the form that freezes. */
export function freezeBody(
  c: Http<PageEnv>,
  { state, back }: { state: FreezeState; back: string },
  entered: Entered = { values: {}, errors: [] },
): Html {
  const locale = c.get('locale');
  const words = locale.words.common.freeze;
  const { thing, view, may } = state;
  const of = words.of[thing.kind];
  const keep = html`<a class="button secondary" href="${back}">${locale.words.common.cancel}</a>`;
  const signedIn = c.get('signedIn');
  const fields = formFields(signedIn);
  const reader = { locale, names: new UserNames(contextOfPage(c)), userId: signedIn.actor.id };
  if (view === null) {
    const reason = { name: 'reason', label: words.reason, hint: words.reasonHint, required: true, maxLength: 1000 };
    return html`${heading(of.title, { lead: of.lead })} ${errorSummary(locale, entered)}
      <form method="post" class="stack" data-keep>
        ${fields}<input type="hidden" name="do" value="freeze" /> ${textField(entered, reason)}
        <div class="actions">${keep} <button class="danger">${words.freeze}</button></div>
      </form>`;
  }
  const lift = html`<form method="post">
    ${fields}<input type="hidden" name="do" value="unfreeze" /><button>${words.lift}</button>
  </form>`;
  return html`${heading(of.frozen)}
    <section class="card">
      ${facts([
        [words.reason, view.reason],
        [words.since, time(locale, view.since)],
        [words.untilLabel, view.until === null ? words.untilLifted : time(locale, view.until)],
        [words.by, actorName(reader, view.by)],
      ])}
    </section>
    ${may.unfreeze ? '' : notice(locale, 'info', words.higher)}
    <div class="actions">${keep} ${may.unfreeze ? lift : ''}</div>`;
}

/** Does what the form says, and goes on; or what was wrong with it, to be shown again. */
export async function answerForm(c: Http<PageEnv>, thing: Thing, to: string): Promise<Response | Entered> {
  const sent = await sentForm(c);
  const isLifted = sent.one('do') === 'unfreeze';
  const reason = sent.one('reason');
  const body = FreezeBody.safeParse({ reason });
  if (!isLifted && !body.success) {
    const message = c.get('locale').words.common.freeze.reasonMissing;
    return { values: { reason }, errors: [{ pointer: '/reason', message }] };
  }
  const verb = async (ctx: Context) => (isLifted ? unfreeze(ctx, thing) : freeze(ctx, thing, { reason }));
  await submitOnce(c, verb, () => null);
  return redirectWithFlash(c, to, isLifted ? 'unfrozen' : 'frozen');
}
