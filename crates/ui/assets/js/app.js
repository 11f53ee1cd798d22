// @ts-check
/**
 * What every page does beyond plain links and forms. One file, no dependencies but htmx, which may be missing.
 * Page authors: ../README.md says which attributes there are. All words come from the server, in `data-say-…`.
 */

/* ---------------------------------------------------------------- what may become HTML or code */

const trust =
  /** @type {any} */ (window).trustedTypes?.createPolicy("cuelight", {
    // Only answers of our own server come here (connect-src 'self'); they are escaped there.
    createHTML: (/** @type {string} */ html) => html,
    createScript: () => "",
  }) ?? { createHTML: (/** @type {string} */ html) => html, createScript: () => "" };

const htmx = /** @type {any} */ (window).htmx;

function refuse() {
  throw new Error("text in attributes is never run");
}

htmx?.registerExtension("cuelight", {
  init: (/** @type {any} */ api) => api.initSecurity(trust, refuse, refuse),
});

/** @param {string} html @returns {Document} */
function parse(html) {
  return new DOMParser().parseFromString(trust.createHTML(html), "text/html");
}

/* ---------------------------------------------------------------- small helpers */

/**
 * @template {Element} T
 * @param {ParentNode & Node} root @param {string} selector @returns {T[]} the root itself and all below it that match
 */
function all(root, selector) {
  const found = /** @type {T[]} */ ([...root.querySelectorAll(selector)]);
  if (root instanceof Element && root.matches(selector)) found.unshift(/** @type {any} */ (root));
  return found;
}

/** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
function near(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/** @param {Element | null} element Whether the person writes in it. */
function isField(element) {
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      element.matches("textarea, select, input:not([type=button], [type=submit], [type=reset], [type=image], [type=checkbox], [type=radio], [type=range], [type=color], [type=file])"))
  );
}

/** What this browser remembers; nothing, where storage is refused. */
const memory = {
  /** @param {string} key */
  get(key) {
    try {
      return localStorage.getItem(`cuelight-${key}`);
    } catch {
      return null;
    }
  },
  /** @param {string} key @param {string} value */
  set(key, value) {
    try {
      localStorage.setItem(`cuelight-${key}`, value);
    } catch {
      // The choice holds for this page then.
    }
  },
};

/* ---------------------------------------------------------------- saying things */

/** @type {string[]} */
let unsaid = [];
let saying = 0;
let shown = 0;

/** @param {string} name of `data-say-<name>` on the body @param {number} [n] @returns {string} */
function word(name, n) {
  return (document.body.getAttribute(`data-say-${name}`) ?? "").replace("{n}", String(n));
}

/** The polite region; a modal dialog makes all else inert, so it needs its own. */
function region() {
  const dialog = document.querySelector("dialog[open]");
  const there = dialog ? dialog.querySelector("[data-say-here]") : document.getElementById("say");
  if (there instanceof HTMLElement) return there;
  const made = document.createElement("div");
  made.setAttribute("role", "status");
  made.className = "vh";
  if (dialog) made.dataset.sayHere = "";
  else made.id = "say";
  (dialog ?? document.body).append(made);
  return made;
}

/**
 * Has a text read out, politely and once. Several at once become one.
 * @param {string} text @param {"heard" | "seen"} [how] `seen` shows it too: what a sighted person could not notice otherwise
 */
function say(text, how = "heard") {
  if (!text) return;
  unsaid.push(text);
  const place = region();
  place.textContent = "";
  if (how === "seen") {
    place.dataset.shown = "";
    clearTimeout(shown);
    shown = setTimeout(() => delete place.dataset.shown, 5000);
  }
  clearTimeout(saying);
  // A region that was empty when it appeared is read when it fills.
  saying = setTimeout(() => {
    place.textContent = [...new Set(unsaid)].join(" ");
    unsaid = [];
  }, 60);
}

/* ---------------------------------------------------------------- zone */

function keepZone() {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (document.body.hasAttribute("data-zone-fixed") || !/^[A-Za-z0-9/_+-]{1,64}$/.test(name ?? "")) return;
  const kept = document.cookie.split("; ").find((pair) => pair.startsWith("zone="));
  if (kept === `zone=${name}`) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${name}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
}

/* ---------------------------------------------------------------- copy and print */

/** @param {HTMLElement} button */
async function copy(button) {
  const asked = button.dataset.copy ?? "";
  const from = asked.startsWith("#") ? document.getElementById(asked.slice(1)) : null;
  const text = from ? (/** @type {any} */ (from).value ?? from.dataset.raw ?? from.textContent ?? "") : asked;
  if (await toClipboard(text)) {
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 2000);
    say(button.dataset.sayCopied ?? word("copied"), "seen");
  } else {
    say(word("failed"), "seen");
  }
}

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS there is no clipboard interface; the old way still works.
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    field.setAttribute("aria-hidden", "true");
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus();
    return done;
  }
}

/* ---------------------------------------------------------------- palette */

/** @returns {HTMLDialogElement | null} */
function palette() {
  return document.querySelector("dialog[data-palette]");
}

function openPalette() {
  const dialog = palette();
  const input = dialog?.querySelector("input");
  if (!dialog || !input || dialog.open) return;
  if (!dialog.dataset.ready) wirePalette(dialog, input);
  dialog.showModal();
  input.select();
  input.focus();
  input.dispatchEvent(new Event("input"));
}

/** @param {HTMLDialogElement} dialog @param {HTMLInputElement} input */
function wirePalette(dialog, input) {
  dialog.dataset.ready = "yes";
  const results = /** @type {HTMLElement | null} */ (dialog.querySelector("[data-results]"));
  if (!results) return;
  results.id ||= "palette-results";
  results.setAttribute("role", "listbox");
  results.setAttribute("aria-label", dialog.getAttribute("aria-label") ?? "");
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-controls": results.id,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    autocomplete: "off",
  }))
    input.setAttribute(name, value);

  /** @type {HTMLElement[]} */
  let options = [];
  let active = -1;
  let timer = 0;
  /** @type {AbortController | null} */
  let asking = null;
  /** @type {string | null} */
  let shownFor = null;

  /** @param {number} index */
  function activate(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = options.length ? (index + options.length) % options.length : -1;
    const option = options[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  /** @param {string} html */
  function show(html) {
    if (!results) return;
    results.replaceChildren(...parse(html).body.childNodes);
    // A listbox holds options and groups; everything between them must not count.
    for (const element of all(results, "ul, ol, li, div, p, h2, h3, h4")) {
      if (element !== results) element.setAttribute("role", "presentation");
    }
    all(results, "section").forEach((section, index) => {
      const heading = section.querySelector("h2, h3, h4");
      if (!heading) return section.setAttribute("role", "presentation");
      heading.id ||= `palette-group-${index}`;
      section.setAttribute("role", "group");
      section.setAttribute("aria-labelledby", heading.id);
    });
    options = all(results, "a[href]");
    options.forEach((option, index) => {
      option.id = `palette-option-${index}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
    });
    input.setAttribute("aria-expanded", String(options.length > 0));
    activate(0);
    say(options.length ? word("found", options.length) : word("none"));
  }

  async function ask() {
    const text = input.value.trim();
    if (text === shownFor) return;
    asking?.abort();
    asking = new AbortController();
    const address = new URL(dialog.dataset.find ?? "", location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { "HX-Request": "true", Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
      show(await answer.text());
      shownFor = text;
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") say(word("failed"), "seen");
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") activate(active + 1);
    else if (event.key === "ArrowUp") activate(active - 1);
    else if (event.key === "Escape") dialog.close();
    else if (event.key === "Enter" && shownFor === input.value.trim() && options[active]) options[active].click();
    else return;
    event.preventDefault();
  });
  // A press beside the dialog's content lands on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asking?.abort();
  });
}

/* ---------------------------------------------------------------- shortcuts */

const onMac = /Mac|iPhone|iPad/.test(navigator.platform);
let prefix = "";
let prefixEnds = 0;

function shortcutsAreOn() {
  return memory.get("shortcuts") !== "off";
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if ((onMac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (palette()) {
      event.preventDefault();
      openPalette();
    }
    return;
  }
  const away = event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.key.length !== 1;
  if (away || !shortcutsAreOn() || isField(document.activeElement) || document.querySelector("dialog[open]")) return;

  const keys = prefix && event.timeStamp < prefixEnds ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  const goal = shortcutGoal(keys);
  if (goal) {
    event.preventDefault();
    goal();
  } else if (all(document, "[data-shortcut]").some((e) => e.getAttribute("data-shortcut")?.startsWith(`${event.key} `))) {
    prefix = event.key;
    prefixEnds = event.timeStamp + 1500;
  }
}

/** @param {string} keys @returns {(() => void) | null} */
function shortcutGoal(keys) {
  const named = document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`);
  if (named instanceof HTMLElement) return () => named.click();
  if (keys === "/") {
    const field = document.querySelector("[data-search]");
    if (field instanceof HTMLInputElement) {
      return () => {
        field.focus();
        field.select();
      };
    }
    return palette() ? openPalette : null;
  }
  const help = keys === "?" ? document.querySelector("[data-help]") : null;
  return help instanceof HTMLElement ? () => help.click() : null;
}

/* ---------------------------------------------------------------- forms */

/** Forms on their way. @type {Set<HTMLFormElement>} */
const sent = new Set();
/** What a guarded form held when it was last kept on the server. @type {WeakMap<HTMLFormElement, string>} */
const kept = new WeakMap();
/** What was sent and is not confirmed, by what sent it. @type {WeakMap<EventTarget, string>} */
const underway = new WeakMap();

/** @param {HTMLFormElement} form */
function content(form) {
  return new URLSearchParams(/** @type {any} */ (new FormData(form))).toString();
}

/** @param {Element} field Whether it differs from what the server sent. */
function differs(field) {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const chosen = options.some((option) => option.defaultSelected);
    return options.some((option, index) => option.selected !== (chosen || field.multiple ? option.defaultSelected : index === 0));
  }
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) return field.checked !== field.defaultChecked;
  if (field instanceof HTMLInputElement && field.type === "hidden") return false;
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.value !== field.defaultValue;
}

/** @param {HTMLFormElement} form */
function hasChanges(form) {
  const before = kept.get(form);
  return before === undefined ? [...form.elements].some((e) => /** @type {any} */ (e).name && differs(e)) : before !== content(form);
}

/** @param {BeforeUnloadEvent} event */
function onLeave(event) {
  const open = /** @type {HTMLFormElement[]} */ (all(document, "form[data-guard]")).some(
    (form) => !sent.has(form) && !form.hasAttribute("data-saving") && hasChanges(form),
  );
  if (open) {
    event.preventDefault();
    event.returnValue = "";
  }
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const method = event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get";
  if (event.defaultPrevented || method.toLowerCase() !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  if (form.dataset.once === "no") {
    setTimeout(() => sent.delete(form), 1000);
    return;
  }
  // Not `disabled`: that would drop the button's own value and the focus.
  for (const button of buttons(form)) button.setAttribute("aria-disabled", "true");
  form.setAttribute("aria-busy", "true");
  // An answer that leaves the page as it is (a file) must not leave the form dead.
  setTimeout(() => forget(form), 10_000);
}

/** @param {HTMLFormElement} form */
function buttons(form) {
  return [...form.elements].filter((e) => e.matches("button:not([type=button], [type=reset]), input[type=submit]"));
}

/** @param {HTMLFormElement} form */
function forget(form) {
  for (const button of buttons(form)) button.removeAttribute("aria-disabled");
  form.removeAttribute("aria-busy");
  sent.delete(form);
}

/** Leaves empty fields out of the address. Only where asked: elsewhere an empty field may mean something. @param {FormDataEvent} event */
function onFormData(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "get" || !form.hasAttribute("data-tidy")) return;
  for (const name of new Set(event.formData.keys())) {
    const values = event.formData.getAll(name);
    const filled = values.filter((value) => value !== "");
    if (filled.length === values.length) continue;
    event.formData.delete(name);
    for (const value of filled) event.formData.append(name, value);
  }
}

/** @param {HTMLTextAreaElement} area */
function grow(area) {
  if (CSS.supports("field-sizing", "content") || area.hidden) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}

/* ---------------------------------------------------------------- inserting at the cursor */

/** @type {HTMLTextAreaElement | null} */
let lastArea = null;

/** @param {HTMLElement} button */
function insert(button) {
  const text = button.dataset.insert ?? "";
  const named = button.dataset.insertInto ? document.querySelector(button.dataset.insertInto) : null;
  const form = button.closest("form");
  const last = lastArea?.isConnected && (!form || lastArea.form === form) ? lastArea : null;
  const area = named ?? last ?? (form ?? document).querySelector("textarea");
  if (!(area instanceof HTMLTextAreaElement)) return;
  // An editor that stands in for the textarea takes it and says so by cancelling.
  if (!area.dispatchEvent(new CustomEvent("cl:insert", { detail: text, cancelable: true }))) return;
  area.focus();
  // This way Undo knows about it.
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

/* ---------------------------------------------------------------- swaps */

/** Where the focus was when a swap began. @type {string | null} */
let focusIn = null;

function watchSwaps() {
  on("htmx:config:request", ({ ctx }) => {
    const form = ctx.sourceElement.form ?? ctx.sourceElement.closest("form");
    if (form?.hasAttribute("data-guard")) underway.set(ctx.sourceElement, content(form));
  });
  on("htmx:before:request", ({ ctx }) => ctx.target?.setAttribute?.("aria-busy", "true"));
  on("htmx:finally:request", ({ ctx }) => {
    const target = ctx.target?.isConnected ? ctx.target : document.getElementById(ctx.target?.id ?? "");
    target?.removeAttribute("aria-busy");
  });
  on("htmx:error", ({ ctx }) => ctx && say(word("failed"), "seen"));
  on("htmx:before:swap", ({ tasks }) => {
    const holder = tasks.find((/** @type {any} */ t) => t.target instanceof Element && t.target.contains(document.activeElement));
    focusIn = document.activeElement === document.body ? null : (holder?.target.id ?? null);
  });
  on("htmx:after:settle", ({ newContent }) => {
    for (const node of newContent) if (node instanceof Element) enhance(node);
  });
  on("htmx:after:swap", () => {
    if (focusIn && document.activeElement === document.body) focusWithin(document.getElementById(focusIn));
    focusIn = null;
  });
}

/** @param {string} name @param {(detail: any) => void} act */
function on(name, act) {
  document.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
}

/** @param {Element | null} target So that focus never falls to the body. */
function focusWithin(target) {
  const goal = target?.querySelector("[data-focus], [data-outcome]") ?? target;
  if (!(goal instanceof HTMLElement)) return;
  if (goal.tabIndex < 0) goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
}

/** What was just done stands on the new page; whoever cannot see it must hear it, and go on from there. */
function focusOutcome() {
  const outcome = document.querySelector("[data-outcome]");
  if (outcome instanceof HTMLElement && document.activeElement === document.body && !location.hash) outcome.focus({ preventScroll: true });
}

/* ---------------------------------------------------------------- live parts */

/** Attributes that scripts and people change; they say nothing about the server's content. */
const ours = ["hidden", "open", "style", "tabindex", "aria-busy", "aria-disabled", "data-htmx-powered", "data-copied"];

/** @param {Element} part */
function plain(part) {
  const copy = /** @type {Element} */ (part.cloneNode(true));
  for (const element of copy.querySelectorAll("*")) for (const name of ours) element.removeAttribute(name);
  return copy.innerHTML;
}

/** @param {Element} part Whether replacing it would take something out of the person's hands. */
function isInUse(part) {
  const focus = document.activeElement;
  const selection = getSelection();
  return (
    (part.contains(focus) && (isField(focus) || !!near(focus, "form"))) ||
    (!!selection && !selection.isCollapsed && part.contains(selection.anchorNode)) ||
    [...part.querySelectorAll("input, textarea, select")].some(differs)
  );
}

/** @param {Element} part @param {Element} fresh */
function replacePart(part, fresh) {
  if (plain(part) === plain(fresh)) return;
  const focus = part.contains(document.activeElement) ? document.activeElement : null;
  const opened = new Set([...part.querySelectorAll("details[open][id]")].map((e) => e.id));
  part.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  for (const details of part.querySelectorAll("details[id]")) if (opened.has(details.id)) details.setAttribute("open", "");
  if (focus) {
    const again = focus.id ? document.getElementById(focus.id) : null;
    if (again) again.focus({ preventScroll: true });
    else focusWithin(part);
  }
  const text = fresh.getAttribute("data-live-text");
  if (text !== null) {
    part.setAttribute("data-live-text", text);
    say(text);
  }
  htmx?.process(part);
  enhance(part);
  part.dispatchEvent(new CustomEvent("cl:part", { bubbles: true }));
}

/** @param {string} address of the event stream */
function live(address) {
  let seq = Number(document.body.dataset.seq ?? 0);
  let owed = false;
  let running = false;
  let soon = 0;
  let tries = 0;
  let failures = 0;
  let again = 0;
  let unsure = 0;
  let opened = false;
  /** @type {EventSource | null} */
  let stream = null;

  function schedule() {
    clearTimeout(soon);
    // Several changes often come together.
    soon = setTimeout(refresh, 150);
  }

  async function refresh() {
    const parts = all(document, "[data-live-part][id]");
    owed = running || document.hidden;
    if (!parts.length || owed) return;
    if (parts.every(isInUse)) {
      owed = true;
      return;
    }
    running = true;
    try {
      const answer = await fetch(location.href.split("#")[0], { headers: { Accept: "text/html" }, cache: "no-store" });
      // A redirect leads to signing in: the next click will, too, and says why.
      if (!answer.ok || answer.redirected) return;
      const page = parse(await answer.text());
      for (const part of parts) {
        const fresh = page.getElementById(part.id);
        if (!fresh || !part.isConnected) continue;
        if (isInUse(part)) owed = true;
        else replacePart(part, fresh);
      }
      seq = Math.max(seq, Number(page.body.dataset.seq ?? 0));
    } catch {
      owed = true;
    } finally {
      running = false;
    }
  }

  function settle() {
    if (owed && !document.hidden) schedule();
  }

  /** @param {string} data */
  function sequence(data) {
    try {
      return Number(JSON.parse(data).seq) || 0;
    } catch {
      return 0;
    }
  }

  function open() {
    clearTimeout(again);
    if (stream || document.hidden) return;
    const made = new EventSource(address);
    stream = made;
    made.addEventListener("open", () => {
      tries = 0;
      failures = 0;
      // What happened between two streams is told by `hello`; where that does not come, look.
      if (opened) unsure = setTimeout(schedule, 1000);
      opened = true;
    });
    made.addEventListener("hello", (event) => {
      clearTimeout(unsure);
      if (sequence(event.data) > seq) schedule();
    });
    made.addEventListener("changed", (event) => {
      const now = sequence(event.data);
      if (now && now <= seq) return;
      seq = now || seq;
      schedule();
    });
    made.addEventListener("error", () => {
      failures += 1;
      if (failures === 2) say(word("offline"), "seen");
      // The browser tries again by itself unless the answer was an error; then it gives up, and we wait longer each time.
      if (made.readyState !== EventSource.CLOSED) return;
      close();
      tries += 1;
      again = setTimeout(open, Math.min(60_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2));
    });
  }

  function close() {
    clearTimeout(again);
    clearTimeout(unsure);
    stream?.close();
    stream = null;
  }

  // A browser has few connections for one server; a page that nobody sees holds none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else {
      open();
      settle();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("focusout", () => setTimeout(settle, 50));
  document.addEventListener("selectionchange", () => owed && setTimeout(settle, 300));
  open();
}

/* ---------------------------------------------------------------- editor */

let editorLoads = false;

function loadEditor() {
  const place = document.querySelector("[data-editor-module]");
  if (editorLoads || !(place instanceof HTMLElement) || !document.querySelector("textarea[data-editor]")) return;
  editorLoads = true;
  const start = () =>
    import(place.dataset.editorModule ?? "")
      .then((editor) => editor.start({ library: place.dataset.codemirror ?? "", words: place.dataset, memory }))
      .catch((error) => console.warn("the editor did not start; the text field stays", error));
  // First the page, then the comfort.
  const idle = () => ("requestIdleCallback" in window ? requestIdleCallback(start, { timeout: 1500 }) : setTimeout(start, 200));
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}

/* ---------------------------------------------------------------- beginning */

/** @param {ParentNode & Node} root New HTML, or the page. */
function enhance(root) {
  for (const control of /** @type {HTMLElement[]} */ (all(root, "[data-js][hidden], [data-copy][hidden], [data-print][hidden]"))) control.hidden = false;
  if (palette()) for (const button of /** @type {HTMLElement[]} */ (all(root, "[data-open-palette][hidden]"))) button.hidden = false;
  for (const box of /** @type {HTMLInputElement[]} */ (all(root, "[data-shortcuts-toggle]"))) box.checked = shortcutsAreOn();
  for (const area of /** @type {HTMLTextAreaElement[]} */ (all(root, "textarea"))) grow(area);
  for (const list of /** @type {HTMLElement[]} */ (all(root, "[data-problems-for]"))) tellProblems(list);
  if (root !== document) {
    for (const told of all(root, "[data-say]")) say(told.getAttribute("data-say") ?? "");
  }
}

/** @param {HTMLElement} list */
function tellProblems(list) {
  const area = document.getElementById(list.dataset.problemsFor ?? "");
  if (!area) return;
  area.dataset.problems = list.dataset.problems ?? "[]";
  try {
    area.dispatchEvent(new CustomEvent("cl:problems", { detail: JSON.parse(area.dataset.problems) }));
  } catch {
    // Marks are a comfort; the list itself is on the page.
  }
}

document.addEventListener("click", (event) => {
  /** @type {[string, (button: HTMLElement) => void][]} */
  const acts = [
    ["[data-copy]", copy],
    ["[data-print]", () => print()],
    ["[data-open-palette]", openPalette],
    ["[data-insert]", insert],
  ];
  for (const [selector, act] of acts) {
    const button = near(event.target, selector);
    if (button) return act(button);
  }
});
document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit);
document.addEventListener("formdata", onFormData);
document.addEventListener("change", (event) => {
  const toggle = near(event.target, "[data-shortcuts-toggle]");
  if (toggle) memory.set("shortcuts", /** @type {HTMLInputElement} */ (toggle).checked ? "on" : "off");
  const auto = near(event.target, "[data-auto]");
  const form = auto instanceof HTMLFormElement ? auto : /** @type {any} */ (auto)?.form;
  form?.requestSubmit();
});
document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLTextAreaElement) grow(event.target);
  // Only then: a page with this listener is not kept for Back.
  if (near(event.target, "form[data-guard]")) addEventListener("beforeunload", onLeave);
});
for (const name of ["focusin", "cl:focus"]) {
  document.addEventListener(name, (event) => {
    if (event.target instanceof HTMLTextAreaElement) lastArea = event.target;
  });
}
document.addEventListener("cl:saved", (event) => {
  const form = near(event.target, "form[data-guard]") ?? document.querySelector("form[data-guard]");
  if (form instanceof HTMLFormElement) kept.set(form, underway.get(/** @type {EventTarget} */ (event.target)) ?? content(form));
});
addEventListener("pageshow", () => [...sent].forEach(forget));

keepZone();
watchSwaps();
enhance(document);
focusOutcome();
loadEditor();
if (document.body.dataset.live && "EventSource" in window) live(document.body.dataset.live);
