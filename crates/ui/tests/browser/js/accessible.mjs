// What only scripts bring onto a page, looked at by axe: the open palette, the editor, its completion, search and problems.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { shell, stop, visit } from "./support/site.mjs";

after(stop);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
/** Colours as the pages have them. */
const sheet = () => ({
  headers: { "content-type": "text/css" },
  body: `:root { color-scheme: light dark; --ink: light-dark(#1b1c1a, #eceef2); --secondary: light-dark(#51534e, #b3b8c3); --surface: light-dark(#fff, #1c1f25);
    --line: light-dark(#dcdcd5, #31353e); --control-line: light-dark(#85857c, #767c89); --accent: light-dark(#1f4fd1, #8fb0ff);
    --on-accent: light-dark(#fff, #0d1220); --bad: light-dark(#a81e1e, #ff9c94); --warn: light-dark(#85500a, #f0bb62); --mono: monospace }
    body { background: var(--surface); color: var(--ink) } button { min-height: 36px }`,
});
const head = '<link rel="stylesheet" href="/style.css"><meta name="style-nonce" content="n">';

async function looks(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.ok(found.passes.length > 5, "axe did look");
  assert.deepEqual(
    found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`),
    [],
  );
}

test("the open palette", async () => {
  const content = `<main><h1>Home</h1></main><dialog data-palette data-find="/find" aria-label="Go to"><form action="/library"><label for="q">Go to a prompt</label>
    <input id="q" name="q" type="search"></form><div data-results></div></dialog>`;
  const find = () => `<section><h3>Prompts</h3><ul><li><a href="/one">One</a></li><li><a href="/two">Two</a></li></ul></section>`;
  await visit({ "/": shell(content, { head }), "/style.css": sheet, "/find": find }, async (page) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("option").first().waitFor();
    await looks(page);
  });
});

for (const colorScheme of ["light", "dark"]) {
  test(`the editor, ${colorScheme}`, async () => {
    const text = "For {{ customer }} and {{ nobody }}.\n{# a remark #}\n{% for item in items %}{{ item }}{% endfor %}\nBad wo\u200brding.\n{{ cus";
    const problems = JSON.stringify([{ line: 4, column: 1, end_column: 4, severity: "error", text: "Say it in other words." }]);
    const content = `<main><h1>Edit</h1><form method="post" action="/save"><label for="m0">System message</label>
      <textarea id="m0" name="t" data-editor="template" data-variables="customer,items"
        data-problems='${problems}'>\n${text}</textarea></form></main><div hidden data-editor-module="/assets/editor.js" data-codemirror="/assets/codemirror.js" data-say-plain="Plain text field" data-say-rich="Coloured text field"></div>`;
    await visit(
      { "/": shell(content, { head }), "/style.css": sheet },
      async (page) => {
        await page.emulateMedia({ colorScheme });
        await page.locator(".cm-content").click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("t", { delay: 50 });
        await page.locator(".cm-tooltip-autocomplete").waitFor();
        await looks(page);
        await page.keyboard.press("Escape");
        await page.keyboard.press("Control+f");
        await page.locator(".cm-search").waitFor();
        await looks(page);
        await page.keyboard.press("Escape");
        await page.locator(".cm-lintRange-error").first().hover();
        await page.locator(".cm-tooltip-lint").waitFor();
        await looks(page);
      },
      { nonce: "n" },
    );
  });
}
