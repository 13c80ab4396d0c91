// Improves pages that work without it: shows a password on request, ticks the rules it keeps, and sends a form only
// once.
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
    // Not disabled: a disabled button would not send its own value.
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(rest, 10000);
  });
  addEventListener("pageshow", rest); // back from the next page
}
