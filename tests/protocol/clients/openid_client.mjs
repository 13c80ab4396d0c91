// One call of openid-client, told as JSON on standard input; what it says as JSON on standard output.
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const oidc = await import(pathToFileURL(process.argv[2]).href);
const { issuer, id, secret, call, ...asked } = JSON.parse(await text(process.stdin));
const provider = await oidc.discovery(new URL(issuer), id, {}, oidc.ClientSecretBasic(secret));

const calls = {
  leave: () => oidc.buildAuthorizationUrl(provider, asked.parameters).href,
  sign_out: () => oidc.buildEndSessionUrl(provider, asked.parameters).href,
  redeem: async () => {
    const { verifier: pkceCodeVerifier, state: expectedState, nonce: expectedNonce } = asked;
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
    const token = await oidc.authorizationCodeGrant(provider, new URL(asked.url), checks);
    return { ...token, claims: token.claims() };
  },
  refresh: () => oidc.refreshTokenGrant(provider, asked.token),
  userinfo: () => oidc.fetchUserInfo(provider, asked.token, asked.sub),
};

try {
  console.log(JSON.stringify({ said: await calls[call]() }));
} catch (error) {
  console.log(JSON.stringify({ error: error.error ?? `${error}` }));
}
