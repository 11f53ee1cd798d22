// A small server with the real assets and the real headers, and a browser that remembers every breach of the policy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The folder that holds `assets/` and `vendor/`. */
const root = process.env.UI_ASSETS ?? fileURLToPath(new URL("../../../../", import.meta.url));
const files = {
  "/assets/htmx.js": "vendor/htmx.min.js",
  "/assets/app.js": "assets/js/app.js",
  "/assets/editor.js": "assets/js/editor.js",
  "/assets/codemirror.js": "vendor/codemirror.min.js",
};

/** What the pages send, with Trusted Types on. `nonce` as on the editor page. */
export function policy(nonce) {
  const style = nonce ? ` 'nonce-${nonce}'` : "";
  return (
    `default-src 'none'; script-src 'self'; style-src 'self'${style}; img-src 'self' data:; connect-src 'self'; form-action 'self'; ` +
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types cuelight"
  );
}

/** A page with the shell that README.md asks for. */
export function shell(content, { body = "", head = "" } = {}) {
  const config =
    '{"history":"reload","includeIndicatorCSS":false,"defaultSettleDelay":0,"defaultTimeout":20000,"extensions":"cuelight","prefix":""}';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
    <meta name="htmx-config" content='${config}'>${head}
    <link rel="icon" href="data:,">
    <script src="/assets/htmx.js" defer></script><script src="/assets/app.js" type="module"></script></head>
    <body data-say-copied="Copied" data-say-failed="That did not work" data-say-none="Nothing found" data-say-found="{n} found" data-say-offline="Not connected" ${body}>
    ${content}<div id="say" role="status" aria-live="polite"></div></body></html>`;
}

/**
 * Serves `routes`: path → text of a page, or a function of { url, method, body, headers } that gives text or { status, headers, body }.
 * A function that takes a second argument answers by itself (streams).
 */
export async function site(routes, { nonce } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://local");
    let body = "";
    for await (const chunk of request) body += chunk;
    if (files[url.pathname]) {
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "max-age=60" });
      return response.end(await readFile(`${root}/${files[url.pathname]}`));
    }
    requests.push({ method: request.method, path: url.pathname, query: url.search, body, headers: request.headers });
    const route = routes[url.pathname];
    if (typeof route === "function" && route.length > 1) return route(request, response);
    const answer = typeof route === "function" ? await route({ url, method: request.method, body, headers: request.headers }) : route;
    const { status = 200, headers = {}, body: text } = typeof answer === "string" ? { body: answer } : (answer ?? { status: 404, body: "" });
    response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "content-security-policy": policy(nonce), ...headers });
    response.end(text);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () => new Promise((done) => (server.close(done), server.closeAllConnections())),
  };
}

let browser;
export async function browse() {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  return browser;
}
export async function stop() {
  await browser?.close();
}

/**
 * Opens a page of `routes`, runs `act`, and fails if a script failed or the policy was breached.
 * @param {{ at?: string, nonce?: string, permissions?: string[], allow?: RegExp, init?: string, time?: "fake" }} [options] `allow`: messages that are expected
 */
export async function visit(routes, act, { at = "/", nonce, permissions = [], allow, init, time } = {}) {
  const where = await site(routes, { nonce });
  const context = await (await browse()).newContext({ timezoneId: "America/New_York", permissions });
  const page = await context.newPage();
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.push(`${message.type()}: ${message.text()}`);
  });
  await context.exposeFunction("reportBreach", (text) => trouble.push(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => window.reportBreach(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  if (init) await context.addInitScript(init);
  if (time === "fake") await page.clock.install();
  try {
    await page.goto(where.origin + at);
    await page.evaluate(() => new Promise((done) => setTimeout(done, 30)));
    await act(page, { ...where, context, trouble });
    await page.waitForTimeout(30).catch(() => {});
    const left = trouble.filter((text) => !allow?.test(text));
    assert.deepEqual(left, [], "no script fails and the policy is kept");
  } finally {
    await context.close();
    await where.close();
  }
}

/** Waits until `find` gives something true, and gives that. */
export async function until(find, what) {
  const end = Date.now() + 5000;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** What the polite region says. */
export const said = (page, text) => until(async () => (await page.locator("#say").textContent())?.includes(text), `"${text}" is announced`);
export const active = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
