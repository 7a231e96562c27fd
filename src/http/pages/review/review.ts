import type { Context as Http } from 'hono';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Check, Properties as Sent } from '../../../decision/check.ts';
import { listOwnCenters } from '../../../domain/business-centers/list-own-centers.ts';
import { SparkgateError, type FieldError } from '../../../domain/errors.ts';
import { Properties } from '../../../domain/properties.ts';
import { mayReview } from '../../../domain/review/may-review.ts';
import { JsonRefusal, readJson } from '../../../domain/strict-json.ts';
import { OutsideId } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import type { Entered } from '../../ui/fields.ts';
import { page, type PageParts } from '../../ui/page.ts';
import type { Locale } from '../../ui/locale.ts';
import { routes } from '../../routes.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { loadConsole } from '../console/console-context.ts';
import { heading } from '../console/parts.ts';
import { askForm, explanationSection, JSON_FIELDS, type JsonField } from './review-decision.ts';
import { bundleSection, tableSection } from './review-policies.ts';
import { roleTable } from './role-table.ts';

const FIELDS = ['subject_type', 'subject_id', 'action', 'resource_type', 'resource_id'] as const;
type Name = (typeof FIELDS)[number] | JsonField;

/** Ask any decision and see how it came about; who may do what; which policies are loaded. For reviewers. */
export const review = new Hono<PageEnv>().get(routes.review.pattern, async (c) => {
  if (!(await mayReview(contextOfPage(c)))) return forReviewersOnly(c);
  const locale = c.get('locale');
  const { explainer, status } = c.get('services');
  const names = [...FIELDS, ...JSON_FIELDS];
  const values = Object.fromEntries(names.map((name) => [name, c.req.query(name) ?? ''])) as Record<Name, string>;
  const asked = c.req.query('action') === undefined ? null : checkIn(locale, values);
  const errors = asked !== null && 'errors' in asked ? asked.errors : [];
  const answered = asked !== null && 'check' in asked ? await explained(c, asked.check) : null;
  const refused = answered !== null && 'errors' in answered ? answered.errors : [];
  const entered: Entered = { values, errors: [...errors, ...refused] };
  const [rows, state] = await Promise.all([roleTable(explainer), status()]);
  const words = locale.words.review;
  const body = html`${heading(words.title, { lead: words.lead })} ${askForm(locale, entered, explainer.kinds)}
    ${answered !== null && 'explanation' in answered ? explanationSection(locale, answered.explanation) : ''}
    ${tableSection(locale, rows)} ${bundleSection(locale, state, explainer.kinds)}`;
  return framed(c, { title: words.title, body }, entered.errors.length > 0 ? 400 : 200);
});

/** The page, with the way back to the Business Centers of whoever has any. */
async function framed(c: Http<PageEnv>, parts: PageParts, status: 200 | 400 | 403) {
  const { items } = await listOwnCenters(contextOfPage(c), { limit: 1 });
  const label = c.get('locale').words.console.yourCenters;
  const breadcrumb = items.map(() => ({ label, href: routes.console.choose() }));
  return page(c, { ...parts, ...(items.length > 0 && { breadcrumb }) }, status);
}

/** Says who may, to whom the policies do not let in: who reviews is nothing that a Business Center decides. */
async function forReviewersOnly(c: Http<PageEnv>) {
  const { review: words, errors } = c.get('locale').words;
  const body = html`<section class="empty error-page">
    <h1>${words.onlyReviewers}</h1>
    <p>${words.onlyReviewersNext}</p>
    <p class="actions"><a class="button" href="${routes.home()}">${errors.home}</a></p>
  </section>`;
  // Whoever is in one Business Center has come from there.
  const { items } = await listOwnCenters(contextOfPage(c), { limit: 2 });
  const [only] = items;
  if (only && items.length === 1) await loadConsole(c, only.bc_id);
  return framed(c, { title: words.onlyReviewers, body, ...c.get('frame') }, 403);
}

/** What was typed, as a check; or what is wrong with it. */
function checkIn(locale: Locale, values: Record<Name, string>): { check: Check } | { errors: FieldError[] } {
  const words = locale.words.review;
  const errors = FIELDS.filter((name) => !OutsideId.safeParse(values[name]).success).map((pointer): FieldError => ({
    pointer,
    message: `${labelOf(locale, pointer)}${locale.words.common.colon}${words.invalidId}`,
  }));
  const sent: Record<JsonField, Sent> = {
    properties: {},
    subject_properties: {},
    resource_properties: {},
    context: {},
  };
  for (const pointer of JSON_FIELDS) {
    const object = jsonObject(values[pointer]);
    if (typeof object === 'string')
      errors.push({
        pointer,
        message: `${words[pointer]}${locale.words.common.colon}${words.invalidJson} ${object}`.trimEnd(),
      });
    else sent[pointer] = object;
  }
  if (errors.length > 0) return { errors };
  return {
    check: {
      subject: { type: values.subject_type, id: values.subject_id, properties: sent.subject_properties },
      action: { name: values.action, properties: sent.properties },
      resource: { type: values.resource_type, id: values.resource_id, properties: sent.resource_properties },
      context: sent.context,
      within: null,
      byPerson: false,
    },
  };
}

function labelOf({ words: { review: words } }: Locale, name: (typeof FIELDS)[number]): string {
  return {
    subject_type: words.subjectType,
    subject_id: words.subjectId,
    action: words.action,
    resource_type: words.resourceType,
    resource_id: words.resourceId,
  }[name];
}

/** The object that a text is; or what is wrong with it, as far as that can be said. */
function jsonObject(text: string): Sent | string {
  if (text.trim() === '') return {};
  try {
    return Properties.safeParse(readJson(text)).data ?? '';
  } catch (error) {
    if (error instanceof JsonRefusal) return error.message;
    throw error;
  }
}

/** The explanation; or what the properties do not fit. */
async function explained(c: Http<PageEnv>, check: Check) {
  try {
    return { explanation: await c.get('services').explainer.explain(check) };
  } catch (error) {
    if (!(error instanceof SparkgateError) || error.code !== 'invalid_request') throw error;
    const errors = error.errors ?? [{ pointer: '', message: error.message }];
    return {
      errors: errors.map(({ pointer, message }) => ({ pointer: fieldOf(pointer), message: `${pointer} ${message}` })),
    };
  }
}

/** The field of what the check says is wrong. */
function fieldOf(pointer: string): JsonField {
  if (pointer.startsWith('/subject')) return 'subject_properties';
  if (pointer.startsWith('/resource')) return 'resource_properties';
  return pointer.startsWith('/context') ? 'context' : 'properties';
}
