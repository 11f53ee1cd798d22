// @ts-check
/**
 * The text editor: puts CodeMirror over `textarea[data-editor]`. The textarea stays in the form and is the truth; if anything
 * fails it is simply there. Loaded by app.js on pages that need it. Which attributes there are: ../README.md.
 */

/** @typedef {{ line: number, column: number, end_column?: number, end_line?: number, severity?: string, text: string }} Problem */
/** @typedef {{ from: number, to: number, kind: "output" | "tag" | "comment", inner: string, innerFrom: number }} Piece */
/** @typedef {{ get(key: string): string | null, set(key: string, value: string): void }} Memory */

/** What `app.js` knows and this file needs. @type {{ library: string, words: DOMStringMap, memory: Memory }} */
let means;

/** @param {{ library: string, words: DOMStringMap, memory: Memory }} given */
export async function start(given) {
  means = given;
  await enrichAll();
  placeSwitch();
  document.addEventListener("htmx:after:settle", enrichAll);
  // A link to a wrong field must lead to the editor that stands for it.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const area = link && document.getElementById(decodeURIComponent(link.getAttribute("href")?.slice(1) ?? ""));
    if (area && open.has(area)) {
      event.preventDefault();
      open.get(area)?.focus();
    }
  });
}

/** Editors by their textarea. @type {Map<HTMLTextAreaElement | Element, any>} */
const open = new Map();

/** @returns {HTMLTextAreaElement[]} */
function areas() {
  return [...document.querySelectorAll("textarea")].filter((area) => area.hasAttribute("data-editor"));
}

function isPlain() {
  return means.memory.get("editor") === "plain";
}

async function enrichAll() {
  for (const area of open.keys()) if (!area.isConnected) restore(/** @type {HTMLTextAreaElement} */ (area));
  if (isPlain()) return;
  for (const area of areas()) if (!open.has(area)) await enrich(area);
}

/** One button for all editors of the page: in `[data-editor-switch]`, whose room the page keeps, or after the last editor. */
function placeSwitch() {
  const last = areas().at(-1);
  const { sayPlain, sayRich } = { ...last?.dataset, ...means.words };
  if (!sayPlain || !sayRich || !last) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn quiet small";
  const name = () => (button.textContent = (isPlain() ? sayRich : sayPlain) ?? "");
  button.addEventListener("click", async () => {
    means.memory.set("editor", isPlain() ? "rich" : "plain");
    if (isPlain()) for (const area of areas()) restore(area);
    else await enrichAll();
    name();
  });
  name();
  const place = document.querySelector("[data-editor-switch]");
  if (place) place.append(button);
  else (open.get(last)?.dom ?? last).after(button);
}

/** @param {HTMLTextAreaElement} area */
async function enrich(area) {
  try {
    const library = await import(means.library);
    const focused = document.activeElement === area;
    const view = build(library, area);
    open.set(area, view);
    measure(area, view.dom);
    area.before(view.dom);
    // Not the `hidden` attribute: a page's CSS might overrule it.
    area.style.display = "none";
    if (focused) view.focus();
  } catch (error) {
    restore(area);
    console.warn("the editor did not start; the text field stays", error);
  }
}

/** @param {HTMLTextAreaElement} area */
function restore(area) {
  const view = open.get(area);
  open.delete(area);
  area.style.display = "";
  if (!view) return;
  const { from, to } = view.state.selection.main;
  view.stop.abort();
  view.destroy();
  area.setSelectionRange(from, to);
}

/** As large as the textarea, so that nothing on the page moves. @param {HTMLTextAreaElement} area @param {HTMLElement} dom */
function measure(area, dom) {
  const style = getComputedStyle(area);
  const taken = { size: style.fontSize, line: style.lineHeight, y: style.paddingTop, x: style.paddingLeft, least: style.minHeight, most: style.maxHeight };
  for (const [name, value] of Object.entries(taken)) if (value !== "none" && value !== "auto") dom.style.setProperty(`--cl-${name}`, value);
  // A textarea of fixed height keeps it.
  if (!CSS.supports("field-sizing", "content") || style.getPropertyValue("field-sizing") !== "content") dom.style.setProperty("--cl-least", `${area.offsetHeight}px`);
}

/* ---------------------------------------------------------------- the view */

/** @param {any} cm the bundle @param {HTMLTextAreaElement} area */
function build(cm, area) {
  const { EditorState, EditorView, keymap } = cm;
  const stop = new AbortController();
  const until = { signal: stop.signal };
  const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute("content");
  const names = {
    variables: list(area.dataset.variables),
    includes: list(area.dataset.includes),
    filters: list(area.dataset.filters ?? "default,upper,lower,trim,join,length,json"),
  };

  const view = new EditorView({
    state: EditorState.create({
      doc: area.value,
      selection: { anchor: Math.min(area.selectionStart, area.value.length) },
      extensions: [
        nonce ? EditorView.cspNonce.of(nonce) : [],
        phrases(EditorState, area),
        cm.history(),
        cm.highlightSpecialChars({ addSpecialChars: /[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u00ad\ufeff\u{e0000}-\u{e007f}]/u }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of(attributes(area)),
        EditorState.readOnly.of(area.readOnly || area.disabled),
        EditorState.tabSize.of(2),
        area.dataset.editor === "template" ? template(cm, names) : [],
        cm.autocompletion({ override: [completions(names)], icons: false, activateOnTypingDelay: 60 }),
        cm.search({ top: true }),
        // Tab is not here: it leaves the editor, as it leaves any field.
        keymap.of([...cm.searchKeymap, ...cm.lintKeymap, ...cm.historyKeymap, ...cm.standardKeymap]),
        EditorView.theme(look),
        EditorView.updateListener.of((/** @type {any} */ update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }),
        EditorView.domEventHandlers({ focus: () => void area.dispatchEvent(new CustomEvent("cl:focus", { bubbles: true })) }),
      ],
    }),
  });
  view.stop = stop;

  mark(cm, view, problemsOf(area));
  area.addEventListener("cl:problems", (event) => mark(cm, view, /** @type {CustomEvent} */ (event).detail), until);
  area.addEventListener(
    "cl:insert",
    (event) => {
      event.preventDefault();
      view.dispatch(view.state.replaceSelection(/** @type {CustomEvent} */ (event).detail), { userEvent: "input", scrollIntoView: true });
      view.focus();
    },
    until,
  );
  // A hidden field cannot show the browser's own message, and without this the form would just not go.
  area.addEventListener(
    "invalid",
    (event) => {
      event.preventDefault();
      view.contentDOM.setAttribute("aria-invalid", "true");
      view.focus();
    },
    until,
  );
  for (const label of area.labels) {
    label.addEventListener(
      "click",
      (event) => {
        event.preventDefault();
        view.focus();
      },
      until,
    );
  }
  area.form?.addEventListener(
    "reset",
    () => setTimeout(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } })),
    until,
  );
  return view;
}

/** @param {string | undefined} text with commas @returns {string[]} */
function list(text) {
  return (text ?? "").split(",").map((item) => item.trim()).filter(Boolean);
}

/** The editor is called and described as its textarea is. @param {HTMLTextAreaElement} area */
function attributes(area) {
  /** @type {Record<string, string>} */
  const given = { spellcheck: area.getAttribute("spellcheck") ?? "true", autocorrect: "on", autocapitalize: "sentences", "data-editor-for": area.id, tabindex: "0" };
  for (const name of ["aria-label", "aria-labelledby", "aria-describedby", "aria-invalid", "aria-errormessage", "lang", "dir"]) {
    const value = area.getAttribute(name);
    if (value) given[name] = value;
  }
  if (area.required) given["aria-required"] = "true";
  if (area.readOnly) given["aria-readonly"] = "true";
  if (!given["aria-label"] && !given["aria-labelledby"] && area.labels.length) {
    [...area.labels].forEach((label, index) => (label.id ||= `${area.id}-label-${index}`));
    given["aria-labelledby"] = [...area.labels].map((label) => label.id).join(" ");
  }
  return given;
}

/** Words of the library in the page's language: `data-phrases='{"Find":"…"}'`. @param {any} EditorState @param {HTMLTextAreaElement} area */
function phrases(EditorState, area) {
  try {
    const given = area.dataset.phrases ?? means.words.phrases;
    return given ? EditorState.phrases.of(JSON.parse(given)) : [];
  } catch {
    return [];
  }
}

/* ---------------------------------------------------------------- problems */

/** @param {HTMLTextAreaElement} area @returns {Problem[]} */
function problemsOf(area) {
  try {
    return JSON.parse(area.dataset.problems ?? "[]");
  } catch {
    return [];
  }
}

/** @param {any} cm @param {any} view @param {Problem[]} problems */
function mark(cm, view, problems) {
  const doc = view.state.doc;
  /** Columns count characters as the server does, not UTF-16 units. @param {number} line @param {number} column */
  const at = (line, column) => {
    const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const before = [...found.text].slice(0, Math.max(0, column - 1)).join("");
    return found.from + before.length;
  };
  const marks = problems.map((problem) => {
    const from = at(problem.line, problem.column);
    const to = Math.max(from, at(problem.end_line ?? problem.line, problem.end_column ?? problem.column + 1));
    const severity = ["error", "warning", "info", "hint"].includes(problem.severity ?? "") ? problem.severity : "warning";
    return { from, to, severity, message: problem.text };
  });
  view.dispatch(cm.setDiagnostics(view.state, marks));
}

/* ---------------------------------------------------------------- the template language */

/**
 * Finds `{{ }}`, `{% %}` and `{# #}`. Linear in the text: an unclosed one ends the search.
 * @param {string} text @returns {Piece[]}
 */
function pieces(text) {
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (;;) {
    at = text.indexOf("{", at);
    if (at < 0) return found;
    const sort = text[at + 1];
    if (sort !== "{" && sort !== "%" && sort !== "#") {
      at += 1;
      continue;
    }
    const end = closing(text, at + 2, sort === "{" ? "}}" : `${sort}}`, sort !== "#");
    if (end < 0) return found;
    const raw = text.slice(at + 2, end);
    const lead = raw.match(/^[-+]?\s*/)?.[0].length ?? 0;
    const inner = raw.slice(lead).replace(/\s*[-+]?$/, "");
    found.push({ from: at, to: end + 2, kind: sort === "{" ? "output" : sort === "%" ? "tag" : "comment", inner, innerFrom: at + 2 + lead });
    at = end + 2;
    if (sort === "%" && inner === "raw") {
      const tail = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
      tail.lastIndex = at;
      const match = tail.exec(text);
      if (!match) return found;
      at = match.index;
    }
  }
}

/** @param {string} text @param {number} from @param {string} mark @param {boolean} strings Whether quotes hide the mark. */
function closing(text, from, mark, strings) {
  for (let i = from; i < text.length; i += 1) {
    const sign = text[i];
    if (strings && (sign === '"' || sign === "'")) {
      i += 1;
      while (i < text.length && text[i] !== sign) i += text[i] === "\\" ? 2 : 1;
    } else if (sign === mark[0] && text.startsWith(mark, i)) return i;
  }
  return -1;
}

/** @param {any} cm @param {{ variables: string[], includes: string[] }} names Colours and chips for what is in view. */
function template(cm, names) {
  const { Decoration, ViewPlugin } = cm;
  const chip = {
    known: Decoration.mark({ class: "cl-chip" }),
    unknown: Decoration.mark({ class: "cl-chip cl-unknown" }),
    tag: Decoration.mark({ class: "cl-tag" }),
    badTag: Decoration.mark({ class: "cl-tag cl-unknown" }),
    comment: Decoration.mark({ class: "cl-comment" }),
  };

  class Colours {
    /** @param {any} view */
    constructor(view) {
      this.read(view);
    }

    /** @param {any} update */
    update(update) {
      if (update.docChanged) this.read(update.view);
      else if (update.viewportChanged) this.paint(update.view);
    }

    /** @param {any} view */
    read(view) {
      this.found = pieces(view.state.doc.toString());
      this.known = new Set([...names.variables, "loop", "constants", "true", "false", "none", "not"]);
      for (const piece of this.found) {
        const made = piece.kind === "tag" && piece.inner.match(/^for\s+([A-Za-z_]\w*)/);
        if (made) this.known.add(made[1]);
      }
      this.paint(view);
    }

    /** @param {any} view */
    paint(view) {
      /** @type {any[]} */
      const marks = [];
      for (const { from, to } of view.visibleRanges) {
        for (const piece of this.found ?? []) {
          if (piece.to > from && piece.from < to) marks.push(this.style(piece).range(piece.from, piece.to));
        }
      }
      // Visible ranges may share a piece.
      this.decorations = Decoration.set(marks.filter((mark, index) => !index || marks[index - 1].from < mark.from));
    }

    /** @param {Piece} piece */
    style(piece) {
      if (piece.kind === "comment") return chip.comment;
      if (piece.kind === "tag") {
        const included = piece.inner.match(/^include\s+["']([^"']+)["']/);
        return included && names.includes.length && !names.includes.includes(included[1]) ? chip.badTag : chip.tag;
      }
      const name = piece.inner.match(/^[A-Za-z_]\w*/)?.[0];
      return !name || this.known?.has(name) ? chip.known : chip.unknown;
    }
  }
  return ViewPlugin.fromClass(Colours, { decorations: (/** @type {any} */ plugin) => plugin.decorations });
}

/* ---------------------------------------------------------------- completion */

const tags = ["if", "elif", "else", "endif", "for", "endfor", "include", "raw", "endraw"];

/** @param {{ variables: string[], includes: string[], filters: string[] }} names */
function completions(names) {
  return (/** @type {any} */ context) => {
    const from = Math.max(0, context.pos - 400);
    const before = context.state.sliceDoc(from, context.pos);
    const start = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
    if (start < 0) return null;
    const inside = before.slice(start + 2);
    if (/[%}]\}/.test(inside)) return null;
    const isTag = before[start + 1] === "%";
    const word = inside.match(/[\w./-]*$/)?.[0] ?? "";
    const lead = inside.slice(0, inside.length - word.length);
    const after = context.state.sliceDoc(context.pos, context.pos + 40);

    /** @param {string[]} labels @param {string} type @param {string} [close] added when the piece is not closed yet */
    const offer = (labels, type, close = "") => ({
      from: context.pos - word.length,
      validFor: /^[\w./-]*$/,
      options: labels.map((label) => ({ label, type, apply: (lead.endsWith(" ") || type === "filter" ? "" : " ") + label + close })),
    });

    if (isTag && /^[-+]?\s*include\s+["']$/.test(lead)) return plainly(offer(names.includes, "text"));
    if (/\|\s*$/.test(lead)) return plainly(offer(names.filters, "filter"));
    if (isTag && /^[-+]?\s*$/.test(lead)) return offer(tags, "keyword");
    if (/["']$/.test(lead) || /\.$/.test(word)) return null;
    const bare = !isTag && /^[-+]?\s*$/.test(lead);
    return offer(names.variables, "variable", bare && !/^\s*[-+]?\}\}/.test(after) ? " }}" : "");
  };
}

/** Without a space before. @param {any} result */
function plainly(result) {
  for (const option of result.options) delete option.apply;
  return result;
}

/* ---------------------------------------------------------------- look */

/** With the page's own colours, so that light, dark and print need nothing here. */
const look = {
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", border: "1px solid var(--line-strong, var(--line))", borderRadius: "5px", boxSizing: "border-box", minHeight: "var(--cl-least, 6em)", maxHeight: "var(--cl-most, 70vh)" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "var(--cl-size, 1em)", lineHeight: "var(--cl-line, 1.55)", overflow: "auto" },
  ".cm-content": { padding: "var(--cl-y, 8px) 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 var(--cl-x, 10px)" },
  ".cl-chip": { border: "1px solid var(--accent)", borderRadius: "4px", color: "var(--accent)", padding: "0 1px" },
  ".cl-tag": { color: "var(--accent)", fontWeight: "600" },
  ".cl-comment": { color: "var(--ink-2, var(--ink))", fontStyle: "italic" },
  ".cl-unknown": { borderColor: "var(--bad)", color: "var(--bad)", textDecoration: "underline wavy var(--bad)" },
  ".cm-specialChar": { color: "var(--bad)", border: "1px solid var(--bad)", borderRadius: "3px" },
  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "1px" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--bad) 2px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--warn) 2px" },
  ".cm-lintRange-info, .cm-lintRange-hint": { textDecoration: "underline dotted var(--accent) 2px" },
  ".cm-tooltip, .cm-panels": { color: "var(--ink)", backgroundColor: "var(--surface)", border: "1px solid var(--line)" },
  ".cm-diagnostic": { borderLeft: "4px solid var(--line)", padding: "4px 8px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "4px 8px", minHeight: "24px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--on-accent, var(--surface))", backgroundColor: "var(--accent)" },
  ".cm-button, .cm-textfield": { color: "inherit", background: "var(--surface)", border: "1px solid var(--line-strong, var(--line))", borderRadius: "5px", minHeight: "28px", fontSize: "inherit" },
  ".cm-panel.cm-search label": { fontSize: "inherit" },
  ".cm-searchMatch": { backgroundColor: "transparent", outline: "2px solid var(--warn)" },
  ".cm-searchMatch-selected": { outline: "3px solid var(--accent)" },
  "@media (forced-colors: active)": {
    ".cl-chip, .cl-tag": { border: "1px solid LinkText" },
    ".cl-unknown": { border: "2px dashed CanvasText" },
    "& .cm-tooltip-autocomplete > ul > li[aria-selected]": { outline: "2px solid Highlight" },
  },
};
