// node-oidc-provider as its documentation asks it to run in production, with the clients and flows of the bench.
// node server.js PORT REDIS_SOCKET RS256_PEM ES256_PEM
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import Provider from 'oidc-provider';

import { redisAdapter } from './redis_adapter.js';

const [port, socket, rsa, ec] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const API = 'urn:bench:api';

const jwk = (file, alg) => ({
  ...createPrivateKey(readFileSync(file)).export({ format: 'jwk' }), kid: alg, alg, use: 'sig',
});

// The access token is a JWT for the API, but at the client whose token opens userinfo, which must be opaque there.
const wantsJwt = (client) => client.clientId !== 'bench-userinfo';

const client = (id) => ({
  client_id: id,
  client_secret: `${id}-secret-of-the-bench-00000000000000`,
  redirect_uris: ['https://portal.example.org/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email',
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'RS256',
});

const provider = new Provider(issuer, {
  adapter: redisAdapter(socket),
  clients: ['bench-rs256', 'bench-es256', 'bench-userinfo'].map(client),
  jwks: { keys: [jwk(rsa, 'RS256'), jwk(ec, 'ES256')] },
  cookies: { keys: ['the signing key of the cookies of the bench'] },
  claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'] },
  scopes: ['openid', 'profile', 'email'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (ctx, asker) => asker.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, RefreshToken: 43200, Session: 43200, Grant: 43200 },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: 'Léa Martin',
      given_name: 'Léa',
      family_name: 'Martin',
      email: `${id}@example.org`,
      email_verified: true,
    }),
  }),
  // A first-party client: nobody is asked, as the documentation shows.
  async loadExistingGrant(ctx) {
    const { client: asker, session, provider: here } = ctx.oidc;
    const known = session.grantIdFor(asker.clientId);
    if (known) return here.Grant.find(known);
    const grant = new here.Grant({ clientId: asker.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    grant.addResourceScope(API, 'api');
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, asker) => (wantsJwt(asker) ? API : undefined),
      useGrantedResource: (ctx) => wantsJwt(ctx.oidc.client),
      getResourceServerInfo: (ctx, resource, asker) => ({
        scope: 'api',
        audience: API,
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: asker.clientId === 'bench-es256' ? 'ES256' : 'RS256' } },
      }),
    },
  },
});

// The sign-in of the bench: whoever comes is a new person. Not measured.
let people = 0;
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  people += 1;
  const result = { login: { accountId: `person-${people}`, amr: ['pwd'] } };
  return provider.interactionFinished(ctx.req, ctx.res, result);
});

provider.on('server_error', (ctx, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1');
