import type { Answer } from '../support/call.ts';
import { HELD } from './held.ts';
import type { Reason, Verdict } from './rules.ts';

interface Decided {
  decision: boolean;
  context: { via: string | null; reasons: { code: string }[]; obligations: { code: string }[] };
}

/** The codes of a denial, of which none may come twice. */
function codesOf({ context }: Decided): string[] {
  return context.reasons.map(({ code }) => code);
}

/**
 * What is wrong with an answer to a key; null = nothing.
 * A denial has to hold all that one way lacks, and nothing that no way lacks: every reason is true, and whoever brings
 * all of them about is allowed.
 */
export function complaint(verdict: Verdict, { status, body }: Pick<Answer, 'status' | 'body'>): string | null {
  if (status !== 200 || body.context.error !== undefined) return 'no answer';
  const answer = body as Decided;
  const codes = codesOf(answer);
  const { via, obligations } = answer.context;
  if (answer.decision !== verdict.decision) return `decision ${answer.decision}`;
  const pause = HELD.reasons ? !verdict.decision && verdict.pause : 'perhaps';
  const said = obligations.map(({ code }) => code).join(' ');
  if (said !== (pause === true || (pause === 'perhaps' && said !== '') ? 'PAUSE_RECOMMENDED' : ''))
    return `obligations ${said}`;
  if (verdict.decision) {
    if (codes.length > 0) return 'reasons of an ALLOW';
    return verdict.via.some((it) => it === via) ? null : `via ${via}`;
  }
  if (via !== null) return `via ${via} of a DENY`;
  if (!HELD.reasons) return null;
  if (new Set(codes).size !== codes.length) return `a reason twice: ${codes.join(' ')}`;
  const sayable = new Set<string>([...verdict.ways.flat(), ...verdict.further]);
  const untrue = codes.filter((code) => !sayable.has(code));
  if (untrue.length > 0) return `not so: ${untrue.join(' ')} (said ${codes.join(' ')})`;
  const whole = verdict.ways.some((way) => way.every((reason) => codes.includes(reason)));
  return whole ? null : `not all that is missing: ${codes.join(' ') || 'nothing said'}`;
}

/** An answer as whoever must not tell two things apart may compare it: without what is of the request, or of the moment, alone. */
export function comparable({ status, body }: Answer): string {
  if (status !== 200) return JSON.stringify({ ...body, status, request_id: undefined });
  return JSON.stringify({ ...body, context: { ...body.context, id: undefined, revision: undefined } });
}

/** The expectation in words, for a failure's message. */
export function inWords(verdict: Verdict): string {
  if (verdict.decision) return `ALLOW via ${verdict.via.join(' or ')}`;
  const ways = verdict.ways.map((way: Reason[]) => way.join(' ')).join(' | ');
  return `DENY ${ways}${verdict.further.length > 0 ? ` (and perhaps ${verdict.further.join(' ')})` : ''}`;
}
