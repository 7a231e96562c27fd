import { Hono } from 'hono';
import { SparkgateError } from '../../../domain/errors.ts';
import { undoWrite } from '../../../domain/undo/undo-write.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { localPath } from '../../ui/local-path.ts';
import { routes } from '../../routes.ts';
import { idOf } from '../console/console-context.ts';
import { sentForm } from '../console/form.ts';

/** Undoes a change of assignments, or of a role in an ad account, that its reader has just made. */
export const undo = new Hono<PageEnv>().post(routes.console.undo.pattern, async (c) => {
  const bcId = idOf(c, 'bc_id');
  const sent = await sentForm(c);
  const back = localPath(sent.one('back'), routes.console.members(bcId));
  try {
    await submitOnce(
      c,
      async (ctx) => undoWrite(ctx, { bcId, revision: sent.one('revision') }),
      () => null,
    );
  } catch (error) {
    // What may not be done any more is one of the things that may have changed.
    const isLate =
      error instanceof SparkgateError &&
      ['precondition_failed', 'forbidden', 'conflict', 'not_found'].includes(error.code);
    if (!isLate) throw error;
    return redirectWithFlash(c, back, 'notUndone');
  }
  return redirectWithFlash(c, back, 'undone');
});
