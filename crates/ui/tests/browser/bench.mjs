// The pages' benchmark: how long the server takes for each page with many prompts, how much a browser must load, and how
// typing in a long text feels. Starts a server of its own on an empty folder, fills it, measures, writes docs/bench/ui.md.
//
//   cargo build --release && node crates/ui/tests/browser/bench.mjs --binary target/release/cuelight
//
//   --prompts N     how many prompts (10,000)      --requests N   requests per page (200)
//   --only A,B      only these pages               --out FILE     where the report goes; `-` prints it (docs/bench/ui.md)
//   --no-browser    server times and sizes only    CHROMIUM       the browser (/usr/bin/chromium)

import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { percentile, typing } from "./js/support/typing.mjs";
import { Server } from "./lib/server.mjs";
import { leaveDraft } from "./lib/world.mjs";

const { values: asked } = parseArgs({
  options: {
    binary: { type: "string", default: "target/release/cuelight" },
    prompts: { type: "string", default: "10000" },
    requests: { type: "string", default: "200" },
    only: { type: "string" },
    out: { type: "string", default: fileURLToPath(new URL("../../../../docs/bench/ui.md", import.meta.url)) },
    "no-browser": { type: "boolean", default: false },
  },
});
const PROMPTS = Number(asked.prompts);
const REQUESTS = Number(asked.requests);
const PROJECT = "bench";
const LONG = "support/a-long-text";
const MANY_VERSIONS = "support/answer-00000";
const DRAFTED = "support/answer-00008";
const AREAS = ["support", "sales", "finance", "legal", "clinical", "logistics", "people", "research"];

/** What the issue asks for. */
const GOALS = { server: 20, script: 60, scriptEditor: 200, html: 60, shift: 0.05, paint: 1500, typing: 50 };

/* ---------------------------------------------------------------- data */

/** Small, but with everything a page shows. */
function promptFiles(name, index, body, title = `Answer number ${index}`) {
  const folder = `prompts/${name}`;
  return {
    [`${folder}/prompt.yaml`]: [
      "format: 1",
      `name: ${name}`,
      `title: ${title}`,
      `summary: Answers questions of sort ${index % 97} in one short paragraph.`,
      "intent: People get an answer without waiting.",
      "change_intent: A version for the benchmark.",
      `owners: { business: "team:${AREAS[index % AREAS.length]}", technical: "team:platform", rollback: "user:mara" }`,
      `risk: ${["low", "medium", "high"][index % 3]}`,
      `tags: [batch-${index % 20}, ${index % 2 ? "odd" : "even"}]`,
      'model: { family: gpt-large, allow: ["gpt-large@2026-*"], params: { temperature: 0, max_output_tokens: 300 } }',
      "constants:",
      '  tone: { type: string, value: "kind", description: "How it sounds." }',
      "inputs:",
      "  type: object",
      "  additionalProperties: false",
      "  required: [question]",
      "  properties:",
      "    question: { type: string, maxLength: 4000 }",
      "messages:",
      "  - { role: system, file: system.md }",
      "  - { role: user, file: user.md }",
      "output: { kind: text }",
      "authority:",
      "  allowed: [answer]",
      "  forbidden: [promise]",
      "  approval_required: []",
      '  escalation: [{ id: person, when: "Somebody asks for a person.", to: "team:support" }]',
      "overridable: [constants.tone]",
      "tests: tests.yaml",
      "",
    ].join("\n"),
    [`${folder}/system.md`]: `${body}\nAnswer in a {{ constants.tone }} way.\n`,
    [`${folder}/user.md`]: "{{ question }}\n",
    [`${folder}/tests.yaml`]: '- { name: a question, inputs: { question: "What is it?" }, expect: { rendered_contains: ["Answer"] } }\n',
  };
}

function longText() {
  let text = "";
  for (let i = 0; text.length < 50_000; i += 1) {
    text += `Rule ${i}: when somebody asks about order number ${i}, look first, then answer. {% if question %}They asked: {{ question }}.{% endif %}${i % 4 ? " " : "\n"}`;
  }
  return text;
}

async function seed(server) {
  const base = `/projects/${PROJECT}`;
  await server.api("POST", "/projects", { name: PROJECT });
  const names = Array.from({ length: PROMPTS - 1 }, (_, i) => `${AREAS[i % AREAS.length]}/answer-${String(i).padStart(5, "0")}`);
  const files = (from, to, note) =>
    Object.assign({}, ...names.slice(from, to).map((name, i) => promptFiles(name, from + i, `Answer the question in one sentence.${note}`)));
  const publish = (some) => server.api("POST", `${base}/apply`, { files: { "prompts.yaml": `format: 1\nproject: ${PROJECT}\n`, ...some } });
  const release = async (environments, items, notes) => {
    for (const environment of environments) await server.api("POST", `${base}/releases`, { environment, items, notes });
  };
  const set = (some) => some.map((prompt) => ({ do: "set", prompt }));
  const everywhere = ["development", "staging", "production"];

  // What is not in a set of files stays as it is, so each set holds some.
  for (let at = 0; at < names.length; at += 2000) await publish(files(at, at + 2000, ""));
  await publish(promptFiles(LONG, 0, longText(), "A long text"));
  await release(everywhere, set([...names.slice(0, 999), LONG]), "The first thousand");
  for (let at = 999; at < names.length; at += 1000) await release(["development"], set(names.slice(at, at + 1000)), `Set ${at + 1}`);
  // A prompt with a history and an audience of its own, and an environment with many releases.
  for (let i = 1; i <= 10; i += 1) {
    await publish(files(0, 1, ` This is wording number ${i}, which says a little more than the one before it.`));
    await release(everywhere, set([MANY_VERSIONS]), `Wording ${i}`);
  }
  for (let i = 0; i < 30; i += 1) {
    const item = { do: "override", prompt: MANY_VERSIONS, id: "brand", when: { brand: "nordlicht" }, fields: { "constants.tone": `tone ${i}` } };
    await release(everywhere, [item], `Audience ${i}`);
  }
}

/** The pages, by the names of their routes. `{at}` becomes a time when all was live. */
function pages(versions, latest) {
  const p = `/p/${PROJECT}`;
  const [first, last] = [versions.at(0), versions.at(-1)];
  return {
    projects: "/projects",
    settings: "/settings",
    access: "/settings/access",
    help: "/help",
    home: p,
    library: `${p}/library`,
    "library, text": `${p}/library?q=answer+number+7`,
    "library, filters": `${p}/library?risk=high&owner=team%3Alegal&status=live`,
    "library, folder": `${p}/library?folder=finance`,
    find: `${p}/find?q=answer-00`,
    prompt: `${p}/prompt/${MANY_VERSIONS}`,
    "prompt, long": `${p}/prompt/${LONG}`,
    history: `${p}/history/prompt/${MANY_VERSIONS}`,
    version: `${p}/version/${last}/prompt/${MANY_VERSIONS}`,
    "compare, side by side": `${p}/compare/prompt/${MANY_VERSIONS}?from=${first}&to=${last}&view=side`,
    "compare, inline": `${p}/compare/prompt/${MANY_VERSIONS}?from=${first}&to=${last}&view=inline`,
    try: `${p}/try/prompt/${MANY_VERSIONS}`,
    edit: `${p}/edit/prompt/${MANY_VERSIONS}`,
    "edit, long": `${p}/edit/prompt/${LONG}`,
    publish: `${p}/publish/prompt/${DRAFTED}`,
    "publish, long": `${p}/publish/prompt/${LONG}`,
    release: `${p}/release?env=production&prompt=${encodeURIComponent(MANY_VERSIONS)}&version=${last}`,
    releases: `${p}/releases`,
    "one release": `${p}/releases/${latest}`,
    environments: `${p}/env`,
    environment: `${p}/env/production`,
    "what was live": `${p}/env/production/was/2`,
    "go back": `${p}/env/production/go-back`,
    rules: `${p}/env/production/rules`,
    "time machine": `${p}/time-machine?env=production&prompt=${encodeURIComponent(MANY_VERSIONS)}`,
    ledger: `${p}/ledger`,
    "one entry": `${p}/ledger/20`,
  };
}

/* ---------------------------------------------------------------- the server's side */

/** One request on the kept connection. */
function get(agent, address, cookie) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const sent = request(address, { agent, headers: { cookie, accept: "text/html", "accept-encoding": "gzip" } }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const took = Number(process.hrtime.bigint() - began) / 1e6;
        const timing = /dur=([\d.]+)/.exec(answer.headers["server-timing"] ?? "");
        resolve({ status: answer.statusCode, took, server: timing ? Number(timing[1]) : null, body: Buffer.concat(parts), coded: answer.headers["content-encoding"] });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

const sorted = (values) => values.toSorted((a, b) => a - b);

/** Times of one page, with the bare `/healthz` in between, so that both meet the same machine. */
async function measure(agent, base, path, cookie) {
  const first = await get(agent, base + path, cookie);
  if (first.status !== 200) return { status: first.status };
  for (let i = 0; i < 20; i += 1) await get(agent, base + path, cookie);
  const page = [];
  const bare = [];
  for (let i = 0; i < REQUESTS; i += 1) {
    page.push(await get(agent, base + path, cookie));
    bare.push(await get(agent, `${base}/healthz`, ""));
  }
  const inServer = page.map((one) => one.server).filter((time) => time !== null);
  const text = first.coded === "gzip" ? gunzipSync(first.body) : first.body;
  return {
    status: 200,
    // Where a page does not tell its own time, the time over loopback stands for it.
    server: percentile(sorted(inServer.length === REQUESTS ? inServer : page.map((one) => one.took)), 0.95),
    loopback: percentile(sorted(page.map((one) => one.took)), 0.95),
    bare: percentile(sorted(bare.map((one) => one.took)), 0.95),
    html: (first.coded === "gzip" ? first.body : gzipSync(text, { level: 6 })).length / 1024,
  };
}

/* ---------------------------------------------------------------- the browser's side */

/** CPU four times slower, 1.6 Mbit/s, 150 ms there and back. */
async function slow(page, { network = true } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  if (!network) return;
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 90_000 });
}

async function look(browser, base, state, path) {
  const runs = [];
  for (let i = 0; i < 3; i += 1) {
    const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.seen = { shift: 0, paint: 0 };
      new PerformanceObserver((list) => list.getEntries().forEach((e) => e.hadRecentInput || (window.seen.shift += e.value))).observe({ type: "layout-shift", buffered: true });
      new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.seen.paint = e.startTime))).observe({ type: "largest-contentful-paint", buffered: true });
    });
    await slow(page);
    await page.goto(base + path, { waitUntil: "load", timeout: 60_000 });
    if (await page.locator("textarea[data-editor]").count()) await page.locator(".cm-content").first().waitFor({ timeout: 30_000 }).catch(() => {});
    await page.waitForTimeout(1500);
    runs.push(
      await page.evaluate(() => {
        const scripts = performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".js"));
        return { ...window.seen, script: scripts.reduce((sum, e) => sum + e.encodedBodySize, 0) / 1024 };
      }),
    );
    await context.close();
  }
  const middle = (key) => percentile(sorted(runs.map((run) => run[key])), 0.5);
  return { shift: Math.max(...runs.map((run) => run.shift)), paint: middle("paint"), script: middle("script") };
}

async function feel(browser, base, state, path) {
  const found = {};
  for (const speed of ["as it is", "CPU 4x slower"]) {
    const context = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto(base + path, { waitUntil: "load" });
    const editor = page.locator(".cm-content").first();
    const rich = await editor.waitFor({ timeout: 15_000 }).then(() => true, () => false);
    if (speed !== "as it is") await slow(page, { network: false });
    await (rich ? editor : page.locator("textarea").first()).focus();
    await page.keyboard.press("Control+End");
    const times = await typing(page, 200);
    found[speed] = { rich, p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
    await context.close();
  }
  return found;
}

/** Opens a session through the link that the server gives, as a person would. */
async function signIn(browser, server) {
  const { path } = await server.api("POST", "/sign-in-links");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url + path);
  if (new URL(page.url()).pathname.startsWith("/sign-in")) {
    await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/sign-in")), page.locator("main form button").first().click()]);
  }
  const state = await context.storageState();
  await context.close();
  return { state, cookie: state.cookies.map((c) => `${c.name}=${c.value}`).join("; ") };
}

/** What the pages that publish show. */
async function drafts(browser, base, state) {
  const context = await browser.newContext({ storageState: state, baseURL: base, javaScriptEnabled: false });
  const page = await context.newPage();
  for (const name of [DRAFTED, LONG]) await leaveDraft(page, `/p/${PROJECT}`, `prompt/${name}`, "Answer kindly.", "A kinder tone.");
  await context.close();
}

/* ---------------------------------------------------------------- the report */

const number = (value, digits = 1) => (value === undefined ? "" : value.toFixed(digits));
const within = (value, most) => (value === undefined ? "" : value <= most ? "" : " **over**");

function report({ rows, typed, seeding }) {
  const measured = rows.filter((row) => row.status === 200);
  const worst = (key) => measured.filter((row) => row[key] !== undefined).reduce((most, row) => (most === undefined || row[key] > most[key] ? row : most), undefined);
  const lines = [
    "# How fast the pages are",
    "",
    `Written by \`node crates/ui/tests/browser/bench.mjs\`. ${PROMPTS.toLocaleString("en")} prompts, ${REQUESTS} requests per page on one warm connection,`,
    `${cpus().length} processors (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0].toFixed(1)} at the end. Filling took ${seeding.toFixed(0)} s.`,
    "",
    "- **server**: 95th percentile of the time from the request to the finished answer, as the server's own `server-timing` says, in milliseconds.",
    "- **loopback**: the same as the client sees it. **ratio**: loopback divided by the 95th percentile of a bare `/healthz`, asked in turns with the page.",
    "- **HTML**, **scripts**: KiB over the wire, gzip. **shift**: cumulative layout shift, the worst of three loads. **paint**: largest contentful paint in milliseconds,",
    "  CPU four times slower, 1.6 Mbit/s, 150 ms latency, empty cache, median of three.",
    "",
    "| page | server p95 | loopback p95 | ratio | HTML | scripts | shift | paint |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
  ];
  for (const row of rows) {
    if (row.status !== 200) {
      lines.push(`| ${row.name} | answered ${row.status} | | | | | | |`);
      continue;
    }
    const most = row.name.startsWith("edit") ? GOALS.scriptEditor : GOALS.script;
    lines.push(
      `| ${row.name} | ${number(row.server, 2)}${within(row.server, GOALS.server)} | ${number(row.loopback, 2)} | ${number(row.loopback / row.bare)} | ${number(row.html)}${within(row.html, GOALS.html)} | ` +
        `${number(row.script)}${within(row.script, most)} | ${number(row.shift, 3)}${within(row.shift, GOALS.shift)} | ${number(row.paint, 0)}${within(row.paint, GOALS.paint)} |`,
    );
  }
  const told = (what, row, key, most, unit) => row && `| ${what} | ${number(row[key], key === "shift" ? 3 : 1)}${unit} (${row.name}) | ${most}${unit} | ${row[key] <= most ? "yes" : "**no**"} |`;
  const notEditor = measured.filter((row) => !row.name.startsWith("edit"));
  const most = (list, key) => list.filter((row) => row[key] !== undefined).toSorted((a, b) => b[key] - a[key])[0];
  lines.push(
    "",
    "| goal | worst | at most | met |",
    "|---|---|---|---|",
    ...[
      told("server time, p95", worst("server"), "server", GOALS.server, " ms"),
      told("HTML", worst("html"), "html", GOALS.html, " KiB"),
      told("scripts without the editor", most(notEditor, "script"), "script", GOALS.script, " KiB"),
      told("scripts with the editor", worst("script"), "script", GOALS.scriptEditor, " KiB"),
      told("layout shift", worst("shift"), "shift", GOALS.shift, ""),
      told("largest paint, slow line and processor", worst("paint"), "paint", GOALS.paint, " ms"),
      ...Object.entries(typed ?? {}).map(
        ([speed, t]) =>
          `| typing in a 50 KB text, key to paint, p95 (${speed}; ${t.rich ? "editor" : "text field"}; median ${number(t.p50)} ms) | ${number(t.p95)} ms | ${GOALS.typing} ms${speed === "as it is" ? "" : " (told, not asked)"} | ${t.p95 <= GOALS.typing ? "yes" : "**no**"} |`,
      ),
    ].filter(Boolean),
    "",
  );
  return lines.join("\n");
}

/* ---------------------------------------------------------------- the run */

// How often a token may ask is not what is measured. A session may ask for a hundred pages a second all the same, so a run
// with `--no-browser` must be one of few pages.
const server = await Server.start(asked.binary, "serve", ["--rate-serving", "0", "--rate-other", "0"]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-background-networking"] });
try {
  const began = performance.now();
  await seed(server);
  const seeding = (performance.now() - began) / 1000;
  console.error(`filled in ${seeding.toFixed(1)} s`);
  const { state, cookie } = await signIn(browser, server);
  const base = `/projects/${PROJECT}`;
  const versions = await server.api("GET", `${base}/prompts/${encodeURIComponent(MANY_VERSIONS)}/versions?limit=100`);
  const releases = await server.api("GET", `${base}/releases?environment=production&limit=1`);
  const numbers = sortedVersions(versions.items.map((one) => one.version));
  const list = pages(numbers, releases.items[0].release);
  await drafts(browser, server.url, state);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const rows = [];
  for (const [name, path] of Object.entries(list)) {
    if (asked.only && !asked.only.split(",").includes(name)) continue;
    const row = { name, ...(await measure(agent, server.url, path, cookie)) };
    const whole = row.status === 200 && name !== "find";
    if (whole && !asked["no-browser"]) Object.assign(row, await look(browser, server.url, state, path));
    rows.push(row);
    console.error(`${name}: ${row.status === 200 ? `${number(row.server, 2)} ms` : row.status}`);
  }
  agent.destroy();
  const typed = asked["no-browser"] || rows.find((row) => row.name === "edit, long")?.status !== 200 ? undefined : await feel(browser, server.url, state, list["edit, long"]);
  const text = report({ rows, typed, seeding });
  if (asked.out === "-") console.log(text);
  else {
    mkdirSync(dirname(asked.out), { recursive: true });
    writeFileSync(asked.out, text);
    console.error(`written: ${asked.out}`);
  }
} finally {
  await browser.close();
  await server.stop();
}

function sortedVersions(list) {
  const parts = (version) => version.split(/[.+-]/).slice(0, 3).map(Number);
  return list.toSorted((a, b) => parts(a).reduce((order, part, i) => order || part - parts(b)[i], 0));
}
