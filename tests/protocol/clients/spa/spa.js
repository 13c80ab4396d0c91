// What each button makes of oidc-client-ts, and what came of it: as JSON in #said, whose data-of says which.
const settings = await (await fetch("/settings.json")).json();
const manager = new oidc.UserManager({ ...settings, loadUserInfo: true, automaticSilentRenew: false });
const said = document.getElementById("said");

async function tell(name, call) {
  try {
    said.textContent = JSON.stringify((await call()) ?? {});
  } catch (error) {
    said.textContent = JSON.stringify({ error: error.error ?? `${error}` });
  }
  said.dataset.of = name;
}

const buttons = {
  "sign-in": () => manager.signinRedirect(),
  "sign-in-silently": () => manager.signinRedirect({ prompt: "none" }),
  refresh: () => manager.signinSilent(),
  revoke: () => manager.revokeTokens(),
  "sign-out": () => manager.signoutRedirect(),
};
for (const [name, call] of Object.entries(buttons)) {
  const button = document.getElementById(name);
  button.addEventListener("click", () => tell(name, call));
  button.disabled = false;
}

if (location.pathname === "/callback") await tell("callback", () => manager.signinRedirectCallback());
if (location.pathname === "/signed-out") await tell("signed-out", () => manager.signoutRedirectCallback());
