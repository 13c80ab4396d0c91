// A portal in one file: sign-in, refresh, tokens checked offline and by introspection, sign-out both ways.
//
//     npm ci
//     ISSUER=… CLIENT_ID=… CLIENT_SECRET=… PORT=8004 node portal.js
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = "8004" } = process.env;
const HOME = `http://localhost:${PORT}`;
const COOKIE = "sample-node";
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

// Plain http is for a provider on this machine only.
const isLocal = new URL(ISSUER).hostname === "localhost";
const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, {}, oidc.ClientSecretBasic(CLIENT_SECRET), {
  execute: isLocal ? [oidc.allowInsecureRequests] : [],
});
const keys = createRemoteJWKSet(new URL(provider.serverMetadata().jwks_uri));

// By the identifier in a cookie. A real portal keeps both where its programs share them, and for a while only.
const started = new Map();
const signedIn = new Map();

const routes = {
  "GET /": ({ id }) => {
    const person = signedIn.get(id);
    if (!person) return { body: { signed_in: false } };
    const { name, organization } = person.claims;
    return { body: { signed_in: true, name, organization: organization?.name ?? null } };
  },

  // Leave for the provider; `?prompt=create` opens an account first.
  "GET /login": async ({ url }) => {
    const attempt = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const asked = {
      redirect_uri: `${HOME}/callback`,
      scope: "openid profile email organization",
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: "S256",
      state: attempt.state,
      nonce: attempt.nonce,
    };
    if (url.searchParams.has("prompt")) asked.prompt = url.searchParams.get("prompt");
    const id = randomUUID();
    started.set(id, attempt);
    return { to: oidc.buildAuthorizationUrl(provider, asked).href, id };
  },

  // Come back: the library checks state, `iss` (RFC 9207), and the ID token with its nonce.
  "GET /callback": async ({ url, id }) => {
    const attempt = started.get(id);
    started.delete(id);
    if (!attempt) return { status: 400, body: { error: "unknown_state" } };
    const token = await oidc.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: attempt.verifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
    });
    const { sub, sid } = token.claims();
    const name = randomUUID(); // a new name for a session that is worth something
    signedIn.set(name, { token, sid, claims: await oidc.fetchUserInfo(provider, token.access_token, sub) });
    return { to: "/", id: name };
  },

  // New tokens for the old refresh token, which dies; `invalid_grant` means that the person is signed out.
  "GET /refresh": async ({ id }) => {
    const person = signedIn.get(id);
    try {
      person.token = await oidc.refreshTokenGrant(provider, person.token.refresh_token);
    } catch (error) {
      signedIn.delete(id);
      return { status: 401, body: { error: error.error } };
    }
    return { body: { expires_in: person.token.expires_in } };
  },

  // One access token, judged both ways: offline until it expires, by introspection as things stand.
  "GET /check": async ({ id }) => {
    const { access_token: token } = signedIn.get(id).token;
    return {
      body: { offline: (await offline(token)).client_id, online: await oidc.tokenIntrospection(provider, token) },
    };
  },

  // End our session, then the provider's, and come back.
  "GET /logout": ({ id }) => {
    const person = signedIn.get(id);
    signedIn.delete(id);
    if (!person) return { to: "/" };
    const left = { id_token_hint: person.token.id_token, post_logout_redirect_uri: `${HOME}/` };
    return { to: oidc.buildEndSessionUrl(provider, left).href };
  },

  // The provider says that a session ended: forget it at once (Back-Channel Logout 1.0, 2.6).
  "POST /backchannel-logout": async ({ form }) => {
    try {
      const said = await verified(form.get("logout_token") ?? "", "logout+jwt", CLIENT_ID);
      if (!(LOGOUT_EVENT in said.events) || "nonce" in said) throw new Error("no logout token");
      for (const [name, { sid }] of signedIn) if (sid === said.sid) signedIn.delete(name);
      return { body: {} };
    } catch {
      return { status: 400, body: { error: "invalid_request" } };
    }
  },
};

// The claims of an access token for us (RFC 9068 4).
async function offline(token) {
  const said = await verified(token, "at+jwt", ISSUER);
  if (said.client_id !== CLIENT_ID) throw new Error("a token of another client");
  return said;
}

// Check signature, type, issuer, audience and time; never let a token choose its algorithm.
async function verified(token, typ, audience) {
  const options = { typ, audience, issuer: ISSUER, algorithms: ["RS256", "ES256"], clockTolerance: 10 };
  const { payload } = await jwtVerify(token, keys, { ...options, requiredClaims: ["exp", "iat"] });
  return payload;
}

createServer(async (request, response) => {
  const url = new URL(request.url, HOME);
  const id = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1];
  const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
  const route = routes[`${request.method} ${url.pathname}`] ?? (() => ({ status: 404, body: { error: "not_found" } }));
  let answer;
  try {
    answer = await route({ url, id, form });
  } catch (error) {
    // What the provider answered instead of a code, or an answer that did not stand up to the checks.
    answer = { status: 403, body: { error: error.error ?? error.code ?? "refused" } };
  }
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  if (answer.to) headers.Location = answer.to;
  if (answer.id) headers["Set-Cookie"] = `${COOKIE}=${answer.id}; Path=/; HttpOnly; SameSite=Lax`;
  response.writeHead(answer.to ? 303 : (answer.status ?? 200), headers);
  response.end(answer.body ? JSON.stringify(answer.body) : "");
}).listen(Number(PORT), "127.0.0.1");
