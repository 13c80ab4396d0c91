// Improves pages that work without it: shows a password on request, and sends a form only once.
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
