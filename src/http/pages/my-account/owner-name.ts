import { html } from 'hono/html';
import type { AccountNames } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { SignedIn } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import { atHandle, checkedName } from '../../ui/name.ts';
import type { Locale } from '../../ui/locale.ts';

/**
 * An owner's account on every page of theirs: its handle, and beside it the display name. What is not known here, the
 * sign-in may have told; without any of it there is the id.
 */
export function ownerName(locale: Locale, { id, handle, displayName }: AccountNames, signedIn: SignedIn): Html {
  const names = [handle === null ? null : atHandle(handle), displayName ?? signedIn.displayName].filter(
    (name) => name !== null,
  );
  const [first = id, ...others] = [...new Set(names)];
  return html`<strong>${checkedName(locale, first)}</strong>${others.map((name) => html` ${checkedName(locale, name)}`)}`;
}

/** The same for where there is no markup; null where nothing is known here. */
export function ownerInHeader({ handle, displayName }: AccountNames): string | null {
  return handle === null ? displayName : atHandle(handle);
}
