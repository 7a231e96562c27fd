import type { Answer, CallOptions, TestApp } from './app.ts';

/** What became of a call, in a few words: `200`, or `403 forbidden NOT_AN_ADMIN`. */
export async function outcome(app: TestApp, method: string, path: string, options?: CallOptions): Promise<string> {
  return inWords(await app.call(method, path, options));
}

export function inWords({ status, body }: Answer): string {
  if (status < 400) return String(status);
  const reasons = (body.reasons ?? []).map((reason: { code: string }) => reason.code);
  return [status, body.code, ...reasons].join(' ');
}

/** A problem as all callers would compare it: without the id of the request. */
export function withoutRequestId({ status, body }: Answer): unknown {
  const { request_id: _, ...rest } = body;
  return { status, ...rest };
}
