import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';
import { problem } from '../problem.ts';
import { isForPrograms } from '../routes.ts';
import { errorPage } from './error-page.ts';
import { isPage, chooseLocale, withoutSlash } from './pages.ts';

const JSON_TYPES = ['application/problem+json', 'application/json'];

/** Answers an error as whoever asks reads it: a page below the addresses of pages and to browsers, else a problem. */
export async function answerError(c: Context<Env>, thrown: unknown): Promise<Response> {
  if (isPage(c)) return errorPage(c, thrown);
  if (!readsPages(c)) return problem(c, thrown);
  await chooseLocale(c);
  return errorPage(c, thrown);
}

/** Answers at an address where nothing is; one with a slash too many is led to the one without. */
export async function answerNothing(c: Context<Env>, nothing: SparkgateError): Promise<Response> {
  const address = readsPages(c) ? withoutSlash(c) : null;
  return address === null ? answerError(c, nothing) : c.redirect(address, 301);
}

function readsPages(c: Context<Env>): boolean {
  if (c.req.method !== 'GET' || isForPrograms(c.req.path)) return false;
  const [problems = ''] = JSON_TYPES;
  return accepts(c, { header: 'Accept', supports: ['text/html', ...JSON_TYPES], default: problems }) === 'text/html';
}
