export interface CallOptions {
  body?: unknown;
  /** `user:sam` or `tiktok_account:brand`. */
  actor?: string;
  /** The API key; null = none. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  body: any;
}

/** Tests ask as fast as they can; those of the rates set their own. */
export const NO_RATES = {
  CONSENT_RATE_PER_ADDRESS: '1000000',
  CONSENT_RATE_PER_API_KEY: '1000000',
  CONSENT_RATE_PER_ACCOUNT: '1000000',
  CONSENT_RATE_PER_BUSINESS_CENTER: '1000000',
};

/** A JSON call as a service would make it. */
export function requestInit(method: string, { body, actor, key = null, headers = {} }: CallOptions): RequestInit {
  return {
    method,
    headers: {
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(actor !== undefined && { 'X-Actor': actor }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /[/+]json\b/.test(response.headers.get('Content-Type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
