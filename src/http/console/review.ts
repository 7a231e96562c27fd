import type { Context as Http } from 'hono';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import type { Check } from '../../decision/check.ts';
import { SparkgateError, type FieldError } from '../../domain/errors.ts';
import { Properties } from '../../domain/properties.ts';
import { authorizeReview } from '../../domain/review/authorize-review.ts';
import { OutsideId } from '../../domain/vocabulary.ts';
import type { PageEnv } from '../env.ts';
import type { Entered } from '../ui/fields.ts';
import { page } from '../ui/page.ts';
import type { Reader } from '../ui/reader.ts';
import { urls } from '../ui/urls.ts';
import { contextOfPage } from '../page-context.ts';
import { heading } from './parts.ts';
import { askForm, explanationSection } from './review-decision.ts';
import { bundleSection, tableSection } from './review-policies.ts';
import { roleTable } from './role-table.ts';

const FIELDS = ['subject_type', 'subject_id', 'action', 'resource_type', 'resource_id', 'properties'] as const;
type Field = (typeof FIELDS)[number];

/** Ask any decision and see how it came about; who may do what; which policies are loaded. For reviewers. */
export const review = new Hono<PageEnv>().get('/review', async (c) => {
  await authorizeReview(contextOfPage(c));
  const reader = c.get('reader');
  const { explainer, readiness } = c.get('services');
  const values = Object.fromEntries(FIELDS.map((name) => [name, c.req.query(name) ?? ''])) as Record<Field, string>;
  const asked = c.req.query('action') === undefined ? null : checkIn(reader, values);
  const errors = asked !== null && 'errors' in asked ? asked.errors : [];
  const answered = asked !== null && 'check' in asked ? await explained(c, asked.check) : null;
  const refused = answered !== null && 'errors' in answered ? answered.errors : [];
  const entered: Entered = { values, errors: [...errors, ...refused] };
  const [rows, state] = await Promise.all([roleTable(explainer), readiness()]);
  const words = reader.words.review;
  const body = html`${heading(words.title, { lead: words.lead })} ${askForm(reader, entered, explainer.kinds)}
    ${answered !== null && 'explanation' in answered ? explanationSection(reader, answered.explanation) : ''}
    ${tableSection(reader, rows)} ${bundleSection(reader, state, explainer.kinds)}`;
  const breadcrumb = [{ label: reader.words.console.yourCenters, href: urls.console() }];
  return page(c, { title: words.title, breadcrumb, body }, entered.errors.length > 0 ? 400 : 200);
});

/** What was typed, as a check; or what is wrong with it. */
function checkIn(reader: Reader, values: Record<Field, string>): { check: Check } | { errors: FieldError[] } {
  const words = reader.words.review;
  const ids = FIELDS.filter((name) => name !== 'properties');
  const errors = ids
    .filter((name) => !OutsideId.safeParse(values[name]).success)
    .map((pointer): FieldError => ({ pointer, message: `${labelOf(reader, pointer)}: ${words.invalidId}` }));
  const properties = jsonObject(values.properties);
  if (!properties) errors.push({ pointer: 'properties', message: words.invalidJson });
  if (errors.length > 0 || !properties) return { errors };
  return {
    check: {
      subject: { type: values.subject_type, id: values.subject_id, properties: {} },
      action: { name: values.action, properties },
      resource: { type: values.resource_type, id: values.resource_id, properties: {} },
      context: {},
      within: null,
    },
  };
}

function labelOf({ words: { review: words } }: Reader, name: Exclude<Field, 'properties'>): string {
  return {
    subject_type: words.subjectType,
    subject_id: words.subjectId,
    action: words.action,
    resource_type: words.resourceType,
    resource_id: words.resourceId,
  }[name];
}

function jsonObject(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  const parsed = z.string().transform((it, ctx): unknown => {
    try {
      return JSON.parse(it);
    } catch {
      ctx.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  });
  return parsed.pipe(Properties).safeParse(text).data ?? null;
}

/** The explanation; or what the properties do not fit. */
async function explained(c: Http<PageEnv>, check: Check) {
  try {
    return { explanation: await c.get('services').explainer.explain(check) };
  } catch (error) {
    if (!(error instanceof SparkgateError) || error.code !== 'invalid_request') throw error;
    const errors = error.errors ?? [{ pointer: '', message: error.message }];
    return {
      errors: errors.map(({ pointer, message }) => ({ pointer: 'properties', message: `${pointer} ${message}` })),
    };
  }
}
