/** How the story calls the service. Status and body of the answer. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  actor?: string,
) => Promise<{ status: number; body: unknown }>;

/** One step: what happens, and how. */
interface Step {
  says: string;
  does: (call: Call) => Promise<unknown>;
}

const CENTER = 'demo-center';
const ADMIN = 'demo-admin';
const MEMBER = 'demo-member';
const AD_ACCOUNT = 'demo-ads';

/**
 * The main job, from the QR code to the decision and back, in a Business Center of its own. Between any two steps the
 * same question can be asked. Each telling takes another account, so that it can be told again and again.
 */
export function storyOf(account: string): { asks: string; question: object; steps: Step[] } {
  const center = `/v1/business-centers/${CENTER}`;
  let token = '';
  const steps: Step[] = [
    {
      says: `${ADMIN} is an administrator and ${MEMBER} a standard member of ${CENTER}; ${MEMBER} is OPERATOR of ${AD_ACCOUNT}.`,
      does: async (call) => {
        await call('PUT', center, { name: 'Demo Agency' });
        await call('PUT', `${center}/members/${ADMIN}`, { user_role: 'ADMIN' });
        await call('PUT', `${center}/members/${MEMBER}`, { user_role: 'STANDARD' });
        await call('PUT', `/v1/tiktok-accounts/${account}`, { handle: `@${account}` });
        await call('PUT', `/v1/ad-accounts/${AD_ACCOUNT}`, { name: 'Demo campaign', bc_id: CENTER });
        await call('PUT', `/v1/ad-accounts/${AD_ACCOUNT}/members/${MEMBER}`, { advertiser_role: 'OPERATOR' });
      },
    },
    {
      says: `${ADMIN} asks for @${account} with the scope POST and shows the QR code.`,
      does: async (call) => {
        const { body } = await call('POST', `${center}/access-requests`, { scopes: ['POST'] }, `user:${ADMIN}`);
        token = tokenIn(body);
      },
    },
    {
      says: `The owner of @${account} scans it, and authorizes.`,
      does: async (call) => call('POST', `/v1/consents/${token}/approve`, undefined, `tiktok_account:${account}`),
    },
    {
      says: `${ADMIN} assigns @${account} to ${MEMBER} with POST.`,
      does: async (call) =>
        call('PUT', `${center}/tiktok-accounts/${account}/members/${MEMBER}`, { scopes: ['POST'] }, `user:${ADMIN}`),
    },
    {
      says: `The owner of @${account} revokes the grant.`,
      does: async (call) =>
        call('DELETE', `/v1/tiktok-accounts/${account}/grants/${CENTER}`, undefined, `tiktok_account:${account}`),
    },
  ];
  const question = {
    subject: { type: 'user', id: MEMBER },
    action: { name: 'create_spark_ad', properties: { advertiser_id: AD_ACCOUNT } },
    resource: { type: 'tiktok_account', id: account },
  };
  const asks = `May ${MEMBER} create Spark Ads with @${account} in ${AD_ACCOUNT}?`;
  return { asks, question, steps };
}

function tokenIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('consent_url' in body)) throw new Error('no consent_url was told');
  return new URL(String(body.consent_url)).pathname.split('/').at(-1) ?? '';
}
