// assets/js/editor.js and the vendored CodeMirror in a real browser, under the policy of the editor page.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { active, shell, stop, until, visit } from "./support/site.mjs";

after(stop);

const nonce = "abc123";
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The editor's page; `more` goes into the textarea's tag. */
function page(text, { more = "", after = "", library = "/assets/codemirror.js" } = {}) {
  return shell(
    `<form id="f" method="post" action="/save" data-guard>
      <input id="before"><label for="m0">System message</label><p id="hint">Write plainly.</p>
      <textarea id="m0" name="text.0" rows="4" data-editor="template" aria-describedby="hint" data-variables="customer,items" data-includes="tone/kind"
        ${more}>\n${escaped(text)}</textarea>
      <button type="button" id="chip" data-insert="{{ customer }}">customer</button><button id="save">Save</button>${after}</form>
     <div hidden data-editor-module="/assets/editor.js" data-codemirror="${library}" data-say-plain="Plain text field" data-say-rich="Coloured text field"></div>`,
    { head: `<meta name="style-nonce" content="${nonce}">` },
  );
}
const options = { nonce };
const editor = (browser) => browser.getByRole("textbox", { name: "System message" });
const ready = async (browser) => {
  await browser.locator(".cm-content").waitFor();
  return editor(browser);
};

test("the editor stands for its textarea: name, description, value, and what is sent", async () => {
  const seen = [];
  const routes = { "/": page("Hello {{ customer }}"), "/save": ({ body }) => (seen.push(new URLSearchParams(body).get("text.0")), shell("<h1>Saved</h1>")) };
  await visit(
    routes,
    async (browser) => {
      const box = await ready(browser);
      assert.equal(await box.getAttribute("aria-describedby"), "hint");
      assert.equal(await box.getAttribute("aria-multiline"), "true");
      assert.equal(await browser.isVisible("#m0"), false);
      await browser.evaluate(() => {
        window.inputs = 0;
        document.addEventListener("input", (e) => (window.inputs += e.target.id === "m0" ? 1 : 0));
      });
      await browser.getByText("System message").click();
      await browser.keyboard.press("Control+End");
      await browser.keyboard.type("!\nBye");
      assert.equal(await browser.inputValue("#m0"), "Hello {{ customer }}!\nBye");
      assert.equal(await browser.evaluate(() => window.inputs), 5);
      await browser.click("#save");
      await browser.waitForURL("**/save");
      assert.deepEqual(seen, ["Hello {{ customer }}!\r\nBye"]);
    },
    options,
  );
});

test("Tab and Shift+Tab leave the editor", async () => {
  await visit(
    { "/": page("Hello") },
    async (browser) => {
      await ready(browser);
      await browser.focus("#before");
      await browser.keyboard.press("Tab");
      assert.equal(await browser.evaluate(() => document.activeElement.className.includes("cm-content")), true);
      await browser.keyboard.press("Tab");
      assert.equal(await browser.evaluate(() => document.activeElement.textContent), "Plain text field");
      await browser.keyboard.press("Shift+Tab");
      await browser.keyboard.press("Shift+Tab");
      assert.equal(await active(browser), "before");
      assert.equal(await browser.inputValue("#m0"), "Hello");
    },
    options,
  );
});

test("chips tell known variables from unknown ones, over lines, loops, strings and raw text", async () => {
  const text = [
    "{{ customer }} {{ nobody }} {# {{ customer }}",
    "over two lines #} {% for item in items %}{{ item.name }}{% endfor %}",
    `{{ customer | default("}} {{ x") }} {% raw %}{{ nothing }}{% endraw %}`,
    `{% include "tone/kind" %} {% include "tone/gone" %} {{ never closed`,
  ].join("\n");
  await visit(
    { "/": page(text) },
    async (browser) => {
      await ready(browser);
      const texts = (selector) => browser.locator(selector).allTextContents();
      assert.deepEqual(await texts(".cl-chip:not(.cl-unknown)"), ["{{ customer }}", "{{ item.name }}", `{{ customer | default("}} {{ x") }}`]);
      assert.deepEqual(await texts(".cl-unknown"), ["{{ nobody }}", `{% include "tone/gone" %}`]);
      assert.equal((await texts(".cl-comment")).join("\n"), "{# {{ customer }}\nover two lines #}");
      assert.ok((await texts(".cl-tag")).includes("{% raw %}"));
    },
    options,
  );
});

test("problems are marked where the server says, counted in characters", async () => {
  const more = `data-problems='[{"line":2,"column":3,"end_column":6,"severity":"error","text":"Not known"}]'`;
  await visit(
    { "/": page("one\n😀 bad line", { more }) },
    async (browser) => {
      await ready(browser);
      assert.deepEqual(await browser.locator(".cm-lintRange-error").allTextContents(), ["bad"]);
      await browser.evaluate(() => {
        const detail = [{ line: 1, column: 1, end_column: 4, severity: "warning", text: "Odd" }, { line: 99, column: 99, text: "Beyond the end" }];
        document.getElementById("m0").dispatchEvent(new CustomEvent("cl:problems", { detail }));
      });
      assert.deepEqual(await browser.locator(".cm-lintRange-warning").first().allTextContents(), ["one"]);
      assert.equal(await browser.locator(".cm-lintRange-error").count(), 0);
    },
    options,
  );
});

test("the preview follows the typing and brings its problems along", async () => {
  const after = `<div hx-post="/preview" hx-trigger="input delay:60ms from:#f" hx-target="#preview" hx-swap="innerHTML" hx-sync="this:replace"></div><section id="preview"></section>`;
  const problems = escaped(JSON.stringify([{ line: 1, column: 1, end_column: 3, severity: "error", text: "x" }]));
  const routes = {
    "/": page("", { after }),
    "/preview": ({ body }) => ({ body: `<p>${escaped(new URLSearchParams(body).get("text.0"))}</p><div data-problems-for="m0" data-problems="${problems}" hidden></div>` }),
  };
  await visit(
    routes,
    async (browser, { requests }) => {
      await (await ready(browser)).click();
      await browser.keyboard.type("Dear <b>", { delay: 10 });
      await browser.locator("#preview").getByText("Dear <b>").waitFor();
      assert.deepEqual(await browser.locator(".cm-lintRange-error").allTextContents(), ["De"]);
      assert.equal(requests.filter((r) => r.path === "/preview").length, 1);
      assert.equal(await browser.evaluate(() => document.activeElement.className.includes("cm-content")), true);
    },
    options,
  );
});

test("after {{ the variables are offered, after | the filters, in an include the shared texts", async () => {
  await visit(
    { "/": page("") },
    async (browser) => {
      await (await ready(browser)).click();
      const list = browser.getByRole("listbox");
      const choose = async (typed, option) => {
        await browser.keyboard.type(typed, { delay: 20 });
        await list.getByRole("option", { name: option }).waitFor();
        // The library ignores keys that come at once: they were meant for the text.
        await browser.waitForTimeout(150);
        await browser.keyboard.press("Enter");
        await until(async () => (await list.count()) === 0, "the list is closed");
      };
      await choose("{{ cus", "customer");
      assert.equal(await browser.inputValue("#m0"), "{{ customer }}");
      for (let i = 0; i < 3; i += 1) await browser.keyboard.press("ArrowLeft");
      await choose(" | up", "upper");
      assert.equal(await browser.inputValue("#m0"), "{{ customer | upper }}");
      await browser.keyboard.press("Control+End");
      await choose(`{% include "to`, "tone/kind");
      assert.equal(await browser.inputValue("#m0"), `{{ customer | upper }}{% include "tone/kind`);
      await browser.keyboard.type(`" %} {{ x`, { delay: 20 });
      await browser.keyboard.press("Escape");
      await browser.keyboard.press("Tab");
      assert.equal(await browser.evaluate(() => document.activeElement.tagName), "BUTTON");
    },
    options,
  );
});

test("the plain text field is one press away, and remembered", async () => {
  await visit(
    { "/": page("Hello") },
    async (browser) => {
      await (await ready(browser)).click();
      await browser.keyboard.press("Control+End");
      await browser.keyboard.type(" you");
      await browser.getByRole("button", { name: "Plain text field" }).click();
      assert.equal(await browser.locator(".cm-editor").count(), 0);
      await browser.focus("#m0");
      await browser.evaluate(() => document.getElementById("m0").setSelectionRange(99, 99));
      await browser.keyboard.type("!");
      assert.equal(await browser.inputValue("#m0"), "Hello you!");
      await browser.evaluate(() => document.querySelector("form").dispatchEvent(new CustomEvent("cl:saved", { bubbles: true })));
      await browser.reload();
      await browser.getByRole("button", { name: "Coloured text field" }).waitFor();
      assert.equal(await browser.isVisible("#m0"), true);
      assert.equal(await browser.evaluate(() => performance.getEntriesByName(`${location.origin}/assets/codemirror.js`).length), 0, "the library is not even loaded");
      await browser.getByRole("button", { name: "Coloured text field" }).click();
      await ready(browser);
    },
    options,
  );
});

test("without the library the text field simply stays", async () => {
  await visit(
    { "/": page("Hello", { library: "/assets/gone.js" }) },
    async (browser, { trouble }) => {
      await until(() => trouble.some((t) => t.includes("the editor did not start")), "it says so to developers");
      assert.equal(await browser.isVisible("#m0"), true);
      await browser.fill("#m0", "Still works");
      assert.equal(await browser.inputValue("#m0"), "Still works");
    },
    { nonce, allow: /editor did not start|404/ },
  );
});

test("chips go to the cursor of the editor, and Undo takes them back", async () => {
  await visit(
    { "/": page("Hello !") },
    async (browser) => {
      await (await ready(browser)).click();
      await browser.keyboard.press("Control+End");
      await browser.keyboard.press("ArrowLeft");
      await browser.click("#chip");
      assert.equal(await browser.inputValue("#m0"), "Hello {{ customer }}!");
      assert.equal(await browser.evaluate(() => document.activeElement.className.includes("cm-content")), true);
      await browser.keyboard.press("Control+z");
      assert.equal(await browser.inputValue("#m0"), "Hello !");
    },
    options,
  );
});

test("a required text that is missing leads into the editor", async () => {
  await visit(
    { "/": page("", { more: "required" }), "/save": shell("<h1>Saved</h1>") },
    async (browser, { requests }) => {
      await ready(browser);
      await browser.click("#save");
      await until(() => browser.evaluate(() => document.activeElement.className.includes("cm-content")), "the editor has the focus");
      assert.equal(requests.some((r) => r.method === "POST"), false);
    },
    options,
  );
});

test("hostile text stays text, and what cannot be seen is shown", async () => {
  const text = `<img src=x onerror="window.ran=1"></textarea><script>window.ran=2</script> a\u202eb\u200bc ${"w".repeat(10_000)}`;
  await visit(
    { "/": page(text) },
    async (browser) => {
      await ready(browser);
      assert.equal(await browser.inputValue("#m0"), text);
      assert.equal(await browser.evaluate(() => window.ran), undefined);
      assert.equal(await browser.locator(".cm-specialChar").count(), 2);
      await browser.setViewportSize({ width: 320, height: 600 });
      assert.ok(await browser.evaluate(() => document.querySelector(".cm-editor").scrollWidth <= document.documentElement.clientWidth), "long words wrap");
    },
    options,
  );
});

test("the page's colours and the forced ones reach the editor", async () => {
  await visit(
    { "/": page("{{ nobody }}") },
    async (browser) => {
      await ready(browser);
      await browser.evaluate(() => document.documentElement.style.setProperty("--bad", "rgb(1, 2, 3)"));
      const colour = () => browser.locator(".cl-unknown").evaluate((e) => getComputedStyle(e).color);
      assert.equal(await colour(), "rgb(1, 2, 3)");
      await browser.emulateMedia({ forcedColors: "active" });
      assert.equal(await browser.locator(".cl-unknown").evaluate((e) => getComputedStyle(e).borderTopStyle), "dashed");
    },
    options,
  );
});

test("nothing moves when the editor comes", async () => {
  const text = "A line that is long enough to be broken somewhere in the middle of it, as most lines of prompts are. ".repeat(8) + "\nEnd.\n\nMore {{ customer }}.";
  const style = `<link rel="stylesheet" href="/style.css">`;
  const css = `:root { --mono: monospace } [data-editor-switch] { min-height: 36px } button { height: 36px }
    textarea { display: block; box-sizing: border-box; width: 100%; font: 14px/1.6 monospace; padding: 8px 12px; border: 1px solid; field-sizing: content; min-height: 4.5em; max-height: 70vh }`;
  const content = shell(
    `<div data-editor-switch></div><form><label for="a">A</label><textarea id="a" data-editor="template">\n${text}</textarea><label for="b">B</label><textarea id="b" data-editor="template" data-say-plain="Plain text field" data-say-rich="Coloured text field">\nShort.</textarea>
     <p id="below">Below</p></form><div hidden data-editor-module="/assets/editor.js" data-codemirror="/assets/codemirror.js"></div>`,
    { head: `${style}<meta name="style-nonce" content="${nonce}">` },
  );
  const init = `window.moved = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) window.moved += e.value }).observe({ type: "layout-shift", buffered: true })`;
  await visit(
    { "/": content, "/style.css": () => ({ headers: { "content-type": "text/css" }, body: css }) },
    async (browser) => {
      await browser.locator(".cm-content").nth(1).waitFor();
      await browser.getByRole("button", { name: "Plain text field" }).waitFor();
      await browser.waitForTimeout(300);
      const top = () => browser.evaluate(() => document.getElementById("below").getBoundingClientRect().top);
      const withEditors = await top();
      await browser.getByRole("button", { name: "Plain text field" }).click();
      await until(async () => (await browser.locator(".cm-editor").count()) === 0, "the text fields are back");
      assert.ok(Math.abs((await top()) - withEditors) <= 2, `${await top()} with text fields, ${withEditors} with editors`);
      assert.ok((await browser.evaluate(() => window.moved)) < 0.01, "no layout shift");
    },
    { nonce, init },
  );
});
