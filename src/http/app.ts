import type { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import { SparkgateError } from '../domain/errors.ts';
import { accessRequests } from './api/access-requests.ts';
import { accountGrants } from './api/account-grants.ts';
import { adAccounts } from './api/ad-accounts.ts';
import { apiKeys } from './api/api-keys.ts';
import { assignments } from './api/assignments.ts';
import { audit } from './api/audit.ts';
import { businessCenters } from './api/business-centers.ts';
import { consents } from './api/consents.ts';
import { entities } from './api/entities.ts';
import { factExport } from './api/export.ts';
import { factImport } from './api/import.ts';
import { freezes } from './api/freezes.ts';
import { status } from './api/status.ts';
import { tiktokAccounts } from './api/tiktok-accounts.ts';
import { users } from './api/users.ts';
import { discovery } from './authzen/discovery.ts';
import { evaluation } from './authzen/evaluation.ts';
import { shortWay } from './authzen/short-way.ts';
import { evaluations } from './authzen/evaluations.ts';
import { search } from './authzen/search.ts';
import { Problem } from './api/answers.ts';
import { documentRequests } from './authzen/documented.ts';
import { describe } from './docs/describe.ts';
import { consentPage } from './pages/consent/consent.ts';
import { businessCenterConsole } from './pages/console/console.ts';
import { enterConsole } from './pages/console/enter-console.ts';
import { docs } from './docs/docs.ts';
import type { Env, Services } from './env.ts';
import { health } from './health.ts';
import { Metrics } from './metrics.ts';
import { oidcSignIn } from './pages/sign-in/oidc.ts';
import { frontDoor } from './pages/sign-in/front-door.ts';
import { signIn } from './pages/sign-in/sign-in.ts';
import { authenticate, requirePerson } from './middleware/authenticate.ts';
import { bodyLimit } from './middleware/body-limit.ts';
import { contentEncoding } from './middleware/content-encoding.ts';
import { formBody } from './middleware/form-body.ts';
import { inTime } from './middleware/in-time.ts';
import { knownHost } from './middleware/known-host.ts';
import { knownMethod } from './middleware/known-method.ts';
import { knownInput } from './middleware/known-input.ts';
import { onePolicy } from './middleware/one-policy.ts';
import { plainPath } from './middleware/plain-path.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestId, requireRequestId } from './middleware/request-id.ts';
import { requestLog } from './middleware/request-log.ts';
import { ownFreeze } from './pages/freezes/freezes.ts';
import { myAccount } from './pages/my-account/my-account.ts';
import { answerError, answerNothing } from './ui/answer-error.ts';
import { assets } from './ui/assets.ts';
import { languageSwitch } from './ui/language-switch.ts';
import { IMPORT, PAGES, PERSONAL, PERSONAL_WRITES, RATED, SIGNED_IN } from './routes.ts';
import { csrfField } from './session/csrf-field.ts';
import { sameOrigin } from './session/same-origin.ts';
import { takeTurn } from './middleware/take-turn.ts';
import { signedIn } from './session/signed-in.ts';
import { noLastSlash, pages, sealPages } from './ui/pages.ts';
import { router } from './validation.ts';

const personal = (method: string, path: string): boolean =>
  isAmong(PERSONAL, path) || (method !== 'get' && isAmong(PERSONAL_WRITES, path));
const rated = (method: string, path: string): boolean =>
  isAmong(RATED.consent, path) || (method === 'post' && isAmong(RATED.access_request, path));

/** Whether patterns are about a path of the OpenAPI document. */
function isAmong(patterns: readonly string[], path: string): boolean {
  const written = path.replaceAll(/\{(\w+)\}/g, ':$1');
  return patterns.some((it) => it === written || (it.endsWith('*') && `${written}/`.startsWith(it.slice(0, -1))));
}

/** The whole service as one hono application. */
export function createApp(services: Services): OpenAPIHono<Env> {
  const app = router();
  const metrics = new Metrics(services);
  app.post('/access/v1/evaluation', shortWay({ services, metrics, security: secureHeaders(SECURITY) }));
  app.use(requestId(), onePolicy(services), requestLog(), metrics.measure(), sealPages());
  app.use(secureHeaders(SECURITY), plainPath(), requireRequestId());
  for (const path of PAGES) app.use(path, pages());
  app.use(knownHost(), knownMethod(app));
  for (const path of PAGES) app.use(path, noLastSlash(), formBody());
  app.use(contentEncoding());
  app.onError(async (error, c) => {
    await enterConsole(c);
    return answerError(c, error);
  });
  app.notFound(async (c) => {
    await enterConsole(c);
    return answerNothing(c, new SparkgateError('not_found', (say) => say.details.nothingHere));
  });
  limit(app, services);
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key; or an access token (JWT) of a configured issuer, which acts as its own subject.',
  });
  app
    .route('/', health)
    .route('/', discovery)
    .route('/', assets)
    .route('/', languageSwitch)
    .route('/', frontDoor)
    .route('/', signIn)
    .route('/', oidcSignIn);
  documentRequests(app.openAPIRegistry, services.settings.evaluationsPerRequest);
  app.openAPIRegistry.register('Problem', Problem);
  app.route(
    '/',
    docs((url, actions) => describe(app, { url, actions, personal, rated })),
  );
  app.use('/access/*', authenticate(), takeTurn()).use('/v1/*', authenticate()).use('/metrics', authenticate());
  for (const path of PERSONAL) app.use(path, requirePerson());
  for (const path of PERSONAL_WRITES) app.on(['PUT', 'DELETE'], path, requirePerson());
  app.use('/v1/*', knownInput(app));
  limitRates(app);
  for (const [path, audience] of SIGNED_IN)
    app.use(path, signedIn(audience)).on('POST', path, sameOrigin(), csrfField());
  return app
    .route('/', evaluation)
    .route('/', evaluations)
    .route('/', search)
    .route('/', businessCenters)
    .route('/', adAccounts)
    .route('/', factImport)
    .route('/', factExport)
    .route('/', entities)
    .route('/', freezes)
    .route('/', accountGrants)
    .route('/', tiktokAccounts)
    .route('/', users)
    .route('/', accessRequests)
    .route('/', consents)
    .route('/', assignments)
    .route('/', apiKeys)
    .route('/', audit)
    .route('/', status)
    .route('/', consentPage)
    .route('/', myAccount)
    .route('/', ownFreeze)
    .route('/', businessCenterConsole)
    .route('/', metrics.route());
}

const SECURITY: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
};

function limitRates(app: OpenAPIHono<Env>): void {
  for (const path of RATED.consent) app.use(path, rateLimit('consent'));
  for (const path of RATED.access_request) app.on('POST', path, rateLimit('access_request'));
}

/** Bodies are bounded, and so is the time of a request; an import has bounds of its own. */
function limit(app: OpenAPIHono<Env>, { settings }: Services): void {
  const ordinary = bodyLimit({ maxSize: settings.bodyLimitBytes });
  app.use(inTime(settings.requestTimeout * 1000, (path) => path === IMPORT));
  app.use(async (c, next) => (c.req.path === IMPORT ? next() : ordinary(c, next)));
}
