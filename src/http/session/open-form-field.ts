import type { Context } from 'hono';
import { html } from 'hono/html';
import type { PageEnv, SignedIn } from '../env.ts';
import { openField } from './open-form.ts';
import type { Html } from '../ui/html.ts';

/** Who is signed in, as far as the page knows: nobody on errors that came before anybody was known. */
export function whoIsSignedIn(c: Context<PageEnv>): SignedIn | null {
  return (c.get('signedIn') as SignedIn | undefined) ?? (c.get('maybeSignedIn') as SignedIn | null | undefined) ?? null;
}

/** The hidden field of a form that needs no sign-in. */
export function openFormField(c: Context<PageEnv>): Html {
  const value = whoIsSignedIn(c)?.csrfToken ?? openField(c);
  return value === null ? html`` : html`<input type="hidden" name="csrf" value="${value}" />`;
}
