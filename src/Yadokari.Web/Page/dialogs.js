// One dialog, filled anew each time; and short notes at the edge.

import { element } from "./format.js";

const dialog = document.getElementById("dialog");
const title = document.getElementById("dialog-title");
const body = document.getElementById("dialog-body");
const buttons = document.getElementById("dialog-buttons");
const toasts = document.getElementById("toasts");
let opened = 0, restore = null, keysOf = null;

dialog.addEventListener("close", () => {
  // The event comes later than the end: the next one may be open already.
  if (dialog.open) return;
  opened++;
  keysOf = null;
  restore?.focus?.();
});
dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("keydown", event => {
  if (event.target.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (keysOf?.(event.key)) event.preventDefault();
});

export function isOpen() { return dialog.open; }

/// Shows it. Returns what fills it later, and does nothing when it was closed meanwhile.
/// actions: [{ text, main, act, key }]; keys: a function of a pressed key, true when it was meant.
export function show(heading, content, actions = [], keys = null) {
  if (!dialog.open) restore = document.activeElement;
  const mine = ++opened;
  title.textContent = heading;
  put(content, actions);
  keysOf = keys;
  if (!dialog.open) dialog.showModal();
  (body.querySelector("input, .choices button:not(:disabled)") ?? buttons.querySelector(".main") ?? buttons.querySelector("button"))?.focus();
  return { isOpen: () => dialog.open && mine === opened, fill: (next, then = actions) => { if (dialog.open && mine === opened) put(next, then); } };
}

function put(content, actions) {
  const had = buttons.contains(document.activeElement);
  body.replaceChildren(...[content].flat().map(c => typeof c === "string" ? element("p", {}, c) : c));
  buttons.replaceChildren(...actions.map(action => element("button", {
    type: "button", class: action.main ? "main" : undefined, onclick: () => { dialog.close(); action.act(); },
  }, action.text, ...(action.key ? [element("kbd", {}, action.key)] : []))), element("button", { type: "button", onclick: () => dialog.close() }, actions.length > 0 ? "Cancel" : "Close"));
  if (had) (buttons.querySelector(".main") ?? buttons.lastChild).focus();
}

export function close() { dialog.close(); }

export function note(text, bad = false) {
  const made = element("div", { class: bad ? "toast bad" : "toast" }, text);
  toasts.append(made);
  while (toasts.children.length > 4) toasts.firstChild.remove();
  setTimeout(() => made.remove(), bad ? 20000 : 7000);
}

export function fail(failure) {
  note([failure.message, ...(failure.obstacles ?? []).map(o => `${o.name}: ${o.detail}`)].join(" — "), true);
}
