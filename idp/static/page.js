// Improves pages that work without it: shows a password on request, ticks the rules it keeps, certifies a mobile without
// leaving the page, and sends a form only once.
"use strict";

for (const button of document.querySelectorAll("button.reveal")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const label = button.querySelector("span");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    label.textContent = shown ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // A browser remembers what was typed in a text field: a password leaves as a password.
  input.form.addEventListener("submit", () => show(false));
}

// The rules of a new password, ticked while it is typed: the server's own, which alone decide.
const KEPT = {
  length: (symbols) => symbols.length >= 8,
  classes: (symbols) => new Set(symbols.map(classOf)).size >= 3,
};
const CLASSES = { upper: /[\p{Lu}\p{Lt}]/u, lower: /\p{Ll}/u, digit: /\p{Nd}/u };
const classOf = (symbol) => Object.keys(CLASSES).find((name) => CLASSES[name].test(symbol));

for (const rules of document.querySelectorAll("ul.rules")) {
  const input = document.getElementById(rules.dataset.of);
  const status = document.getElementById(rules.dataset.status);
  const tick = () => {
    const symbols = [...input.value.normalize("NFC")];
    const missing = [];
    for (const rule of rules.querySelectorAll("[data-rule]")) {
      const kept = KEPT[rule.dataset.rule](symbols);
      rule.classList.toggle("kept", kept);
      if (!kept) missing.push(rule.textContent.trim());
    }
    const told = missing.length ? `${rules.dataset.missing} ${missing.join(", ")}.` : rules.dataset.kept;
    // Said aloud when it changes, not at each key.
    const said = symbols.length ? told : "";
    if (status.textContent !== said) status.textContent = said;
  };
  input.addEventListener("input", tick);
  addEventListener("pageshow", tick); // what a browser filled in again
}

// « Certifier » is offered for what looks like a mobile, and a badge is about the very number it was given for.
const prepare = (part) => {
  const input = document.getElementById(part.dataset.of);
  const offer = part.querySelector(".offer");
  const badge = part.querySelector(".badge");
  const look = () => {
    const typed = input.value.replace(/[^\d+]/g, "");
    const certified = badge !== null && input.value.trim() === badge.dataset.about;
    if (badge) badge.hidden = !certified;
    if (offer) offer.hidden = certified || !/^(0[67]|00|\+)\d{8,}/.test(typed);
  };
  input.addEventListener("input", look);
  look();
};
for (const part of document.querySelectorAll(".part")) prepare(part);

// A button about one part of the page: that part alone is read again, and nothing else that was typed is lost.
const refresh = async (form, button) => {
  const part = document.getElementById(button.dataset.part);
  const data = new FormData(form, button);
  for (const secret of form.querySelectorAll("[autocomplete=new-password]")) data.delete(secret.name);
  const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
  const read = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = read.getElementById(part.id);
  if (!fresh) {
    location.assign(form.action); // the page has died meanwhile: it says so itself
    return;
  }
  part.replaceWith(fresh);
  prepare(fresh);
  const next = fresh.querySelector("[aria-invalid], .badge") ?? fresh.querySelector("[autocomplete=one-time-code]");
  if (next?.matches(".badge")) next.tabIndex = -1;
  next?.focus();
};

for (const form of document.forms) {
  const rest = () => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    if (button?.dataset.part && !button.dataset.whole) {
      event.preventDefault();
      form.dataset.sent = "yes";
      button.setAttribute("aria-busy", "true");
      refresh(form, button).then(rest, () => {
        rest();
        button.dataset.whole = "yes"; // no answer: the whole form is sent, as without scripts
        button.click();
      });
      return;
    }
    // Not disabled: a disabled button would not send its own value.
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(rest, 10000);
  });
  addEventListener("pageshow", rest); // back from the next page
}
