// assets/js/app.js in a real browser, under the policy that the pages send.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { active, said, shell, stop, until, visit } from "./support/site.mjs";

after(stop);

test("the zone cookie is set once, and the page is not loaded again", async () => {
  await visit({ "/": shell("<h1>Home</h1>") }, async (page, { context, requests }) => {
    const zone = async () => (await context.cookies()).filter((c) => c.name === "zone");
    const [cookie] = await zone();
    assert.equal(cookie.value, "America/New_York");
    assert.equal(cookie.sameSite, "Lax");
    assert.equal(requests.filter((r) => r.path === "/").length, 1);
    await page.reload();
    assert.equal(requests.at(-1).headers.cookie, "zone=America/New_York");
    assert.equal((await zone()).length, 1);
  });
});

test("a zone that was chosen by hand is left alone", async () => {
  await visit({ "/": shell("<h1>Home</h1>", { body: "data-zone-fixed" }) }, async (_page, { context }) => {
    assert.deepEqual(await context.cookies(), []);
  });
});

test("copying takes the text or the element's value, and says so", async () => {
  const content = `<pre id="code">cuelight plan</pre><button id="a" data-copy="#code" hidden>Copy</button><button id="b" data-copy="other" hidden>Copy</button>`;
  await visit(
    { "/": shell(content) },
    async (page) => {
      await page.click("#a");
      await said(page, "Copied");
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "cuelight plan");
      await page.click("#b");
      await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) === "other", "the second text");
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
});

test("copying works without the clipboard interface, as on a plain connection", async () => {
  await visit(
    { "/": shell(`<button id="a" data-copy="some text">Copy</button><textarea id="t"></textarea>`) },
    async (page) => {
      await page.click("#a");
      await said(page, "Copied");
      assert.equal(await active(page), "a");
      await page.focus("#t");
      await page.keyboard.press("Control+V");
      assert.equal(await page.inputValue("#t"), "some text");
    },
    { init: "Object.defineProperty(navigator, 'clipboard', { value: undefined })" },
  );
});

test("the print button is there only with scripts, and prints", async () => {
  await visit(
    { "/": shell(`<button data-print hidden>Print</button>`) },
    async (page) => {
      await page.getByRole("button", { name: "Print" }).click();
      assert.equal(await page.evaluate(() => window.printed), 1);
    },
    { init: "window.printed = 0; window.print = () => (window.printed += 1)" },
  );
});

const palette = `<button id="opener" data-open-palette hidden>Go to</button><input id="field">
  <dialog data-palette data-find="/find" aria-label="Go to"><form method="get" action="/library">
  <label for="pq">Go to a prompt</label><input id="pq" name="q" type="search"></form><div data-results></div></dialog>`;
const hits = ({ url }) => {
  const q = url.searchParams.get("q");
  if (q === "zzz") return "<p>Nothing</p>";
  return `<section><h3>Prompts</h3><ul><li><a href="/one">One ${q}</a></li><li><a href="/two">Two &lt;b&gt;</a></li></ul></section>`;
};

test("the palette is a combobox: keys choose, Enter follows, Escape gives the focus back", async () => {
  await visit({ "/": shell(palette), "/find": hits, "/two": shell("<h1>Two</h1>") }, async (page, { requests }) => {
    await page.focus("#field");
    await page.keyboard.press("Control+k");
    assert.equal(await active(page), "pq");
    await page.getByRole("option", { name: "One" }).waitFor();
    const before = requests.length;
    await page.keyboard.type("ref", { delay: 15 });
    await page.getByRole("option", { name: "One ref" }).waitFor();
    assert.equal(requests.length - before, 1, "typing asks once");
    const box = page.getByRole("combobox", { name: "Go to a prompt" });
    assert.equal(await box.getAttribute("aria-expanded"), "true");
    assert.equal(await page.getByRole("listbox").count(), 1);
    assert.equal(await page.getByRole("group", { name: "Prompts" }).count(), 1);
    assert.equal(await box.getAttribute("aria-activedescendant"), "palette-option-0");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getByRole("option", { selected: true }).textContent(), "Two <b>");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getByRole("option", { selected: true }).textContent(), "One ref");
    await page.keyboard.press("Escape");
    assert.equal(await active(page), "field");
    await page.click("#opener");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/two");
  });
});

test("the palette without a hit says so, and Enter searches the library", async () => {
  await visit({ "/": shell(palette), "/find": hits, "/library": shell("<h1>Library</h1>") }, async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("zzz");
    await until(async () => (await page.locator("dialog [role=status]").textContent()) === "Nothing found", "nothing is announced inside the dialog");
    assert.equal(await page.locator("#pq").getAttribute("aria-expanded"), "false");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/library?q=zzz");
  });
});

const keys = `<a href="/home" data-shortcut="g h">Home</a><a href="/help" data-help>Help</a><input id="find" data-search>
  <label><input type="checkbox" id="toggle" data-shortcuts-toggle>Shortcuts</label>`;
const places = { "/": shell(keys), "/home": shell("<h1>Home</h1>"), "/help": shell("<h1>Help</h1>") };

test("shortcuts lead to places, and never act while someone types", async () => {
  await visit(places, async (page, { origin }) => {
    await page.keyboard.press("/");
    assert.equal(await active(page), "find");
    await page.keyboard.type("gh?/");
    assert.equal(await page.inputValue("#find"), "gh?/");
    assert.equal(page.url(), `${origin}/`);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("g");
    await page.keyboard.press("x");
    await page.keyboard.press("h");
    assert.equal(page.url(), `${origin}/`);
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL("**/home");
    await page.goBack();
    await page.keyboard.press("?");
    await page.waitForURL("**/help");
  });
});

test("shortcuts of one key can be turned off for good", async () => {
  await visit(places, async (page, { origin }) => {
    assert.equal(await page.isChecked("#toggle"), true);
    await page.uncheck("#toggle");
    await page.reload();
    assert.equal(await page.isChecked("#toggle"), false);
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.keyboard.press("/");
    await page.waitForTimeout(100);
    assert.equal(page.url(), `${origin}/`);
    assert.equal(await active(page), "BODY");
  });
});

/** A page that is alive: `send` reaches every open stream. */
function alive() {
  const streams = new Set();
  const state = { release: 12, extra: "", hello: null, opened: 0 };
  return {
    state,
    send: (event, data) => streams.forEach((s) => s.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
    streams,
    routes: {
      "/": () =>
        shell(
          `<div id="now" data-live-part data-live-text="Release ${state.release} is live">Release <b>${state.release}</b> <button id="b">Details</button></div>
           <form id="part" data-live-part><input id="name" value="was"><i>${state.release}</i></form>`,
          { body: `data-live="/live" data-seq="${state.release}"` },
        ),
      "/live": (_request, response) => {
        state.opened += 1;
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(state.hello ? `event: hello\ndata: ${JSON.stringify(state.hello)}\n\n` : ": here\n\n");
        streams.add(response);
        response.on("close", () => streams.delete(response));
      },
    },
  };
}

test("a change on the server refreshes the parts, says so, and keeps the focus", async () => {
  const world = alive();
  await visit(world.routes, async (page, { requests }) => {
    await until(() => world.streams.size, "the stream is open");
    await page.focus("#b");
    world.state.release = 13;
    world.send("changed", { environment: "production", release: 13, seq: 13 });
    await said(page, "Release 13 is live");
    assert.equal(await page.locator("#now b").textContent(), "13");
    assert.equal(await active(page), "b");
    assert.equal(requests.at(-1).headers["hx-request"], undefined);
    const asked = requests.length;
    world.send("changed", { environment: "production", release: 13, seq: 13 });
    await page.waitForTimeout(300);
    assert.equal(requests.length, asked, "what is known already is not asked for");
  });
});

test("a part in which someone writes waits until they are done", async () => {
  const world = alive();
  await visit(world.routes, async (page) => {
    await until(() => world.streams.size, "the stream is open");
    await page.fill("#name", "mine");
    world.state.release = 13;
    world.send("changed", { seq: 13 });
    await said(page, "Release 13");
    assert.equal(await page.inputValue("#name"), "mine");
    assert.equal(await page.locator("#part i").textContent(), "12");
    await page.fill("#name", "was");
    await page.focus("#b");
    await until(async () => (await page.locator("#part i").textContent()) === "13", "the part is refreshed afterwards");
  });
});

test("a hidden page holds no stream, and catches up when it is seen again", async () => {
  const world = alive();
  const see = (page, hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await visit(world.routes, async (page) => {
    await until(() => world.streams.size, "the stream is open");
    await see(page, true);
    await until(() => world.streams.size === 0, "the stream is closed");
    world.state.release = 14;
    world.state.hello = { seq: 14 };
    await see(page, false);
    await said(page, "Release 14 is live");
  });
});

test("what happened between page and stream is not missed", async () => {
  const world = alive();
  world.state.hello = { seq: 12 };
  await visit(world.routes, async (page, { requests }) => {
    await page.waitForTimeout(300);
    assert.equal(requests.filter((r) => r.path === "/").length, 1, "nothing happened, nothing is asked");
    world.state.release = 13;
    world.send("hello", { seq: 13 });
    await said(page, "Release 13 is live");
  });
});

test("a stream that stays away is told once, and taken up again", async () => {
  const world = alive();
  const { "/live": works } = world.routes;
  let refusals = 3;
  world.routes["/live"] = (request, response) => {
    if (refusals > 0) response.writeHead(503).end();
    else works(request, response);
    refusals -= 1;
  };
  await visit(
    world.routes,
    async (page) => {
      await said(page, "Not connected");
      refusals = 0;
      await page.clock.runFor(60_000);
      await until(() => world.streams.size, "the stream is open");
    },
    { allow: /503/, time: "fake" },
  );
});

test("what an autosave confirms is what it sent, not what was typed since", async () => {
  const form = `<form id="f" method="post" action="/save" data-guard><input id="t" name="t" value="a">
    <span hx-post="/keep" hx-trigger="keep from:#f" hx-target="#state" hx-swap="innerHTML"></span><i id="state"></i></form><a id="away" href="/other">Away</a>`;
  let answer;
  const routes = {
    "/": shell(form),
    "/other": shell("<h1>Other</h1>"),
    "/keep": () => new Promise((done) => (answer = () => done({ headers: { "HX-Trigger": "cl:saved" }, body: "kept" }))),
  };
  await visit(routes, async (page) => {
    const asked = [];
    page.on("dialog", (dialog) => (asked.push(dialog.type()), dialog.accept()));
    const keep = async () => {
      answer = null;
      await page.evaluate(() => document.getElementById("f").dispatchEvent(new Event("keep")));
      return until(() => answer, "it is sent");
    };
    const leave = async () => {
      await page.click("#away");
      await page.waitForURL("**/other");
      await page.goBack();
    };
    await page.fill("#t", "b");
    (await keep())();
    await page.getByText("kept").waitFor();
    await leave();
    assert.deepEqual(asked, []);
    await page.fill("#t", "b");
    const late = await keep();
    await page.fill("#t", "c");
    late();
    await page.getByText("kept").waitFor();
    await leave();
    assert.deepEqual(asked, ["beforeunload"]);
  });
});

const guarded = `<form id="f" method="post" action="/save" data-guard><input id="t" name="t" value="a"><input type="hidden" name="h" value="1"><button>Save</button></form><a id="away" href="/other">Away</a>`;
const guardedPlaces = { "/": shell(guarded), "/other": shell("<h1>Other</h1>"), "/save": shell("<h1>Saved</h1>") };

test("leaving asks only when something would be lost", async () => {
  await visit(guardedPlaces, async (page) => {
    const asked = [];
    page.on("dialog", (dialog) => (asked.push(dialog.type()), dialog.accept()));
    await page.fill("#t", "ab");
    await page.fill("#t", "a");
    await page.click("#away");
    await page.waitForURL("**/other");
    assert.deepEqual(asked, [], "back to what it was: nothing to lose");
    await page.goBack();
    await page.fill("#t", "changed");
    await page.click("#away");
    await page.waitForURL("**/other");
    assert.deepEqual(asked, ["beforeunload"]);
    await page.goBack();
    await page.fill("#t", "kept");
    await page.evaluate(() => document.querySelector("form").dispatchEvent(new CustomEvent("cl:saved", { bubbles: true })));
    await page.click("#away");
    await page.waitForURL("**/other");
    await page.goBack();
    await page.fill("#t", "sent");
    await page.click("button");
    await page.waitForURL("**/save");
    assert.equal(asked.length, 1, "kept or sent: nothing to lose");
  });
});

test("a form is sent once, with the value of its button, and works again after Back", async () => {
  let answer;
  const slow = () => new Promise((done) => (answer = () => done(shell("<h1>Done</h1>"))));
  const routes = { "/": shell(`<form method="post" action="/go"><input name="a" value="1"><button id="go" name="act" value="release">Go</button></form>`), "/go": slow };
  await visit(routes, async (page, { requests }) => {
    const posts = () => requests.filter((r) => r.method === "POST");
    const disabled = await page.evaluate(() => {
      const button = document.querySelector("button");
      button.click();
      button.click();
      setTimeout(() => button.click(), 20);
      return button.getAttribute("aria-disabled");
    });
    assert.equal(disabled, "true");
    await until(() => posts().length, "it is sent");
    await new Promise((done) => setTimeout(done, 150));
    assert.deepEqual(posts().map((r) => r.body), ["a=1&act=release"]);
    answer();
    await page.waitForURL("**/go");
    await page.goBack();
    assert.equal(await page.getAttribute("#go", "aria-disabled"), null);
  });
});

test("filters send themselves, and empty fields stay out of the address where asked", async () => {
  const form = `<form method="get" action="/" data-tidy><input name="q"><select id="risk" name="risk" data-auto><option value="">All<option value="high">High</select></form>`;
  await visit({ "/": shell(form) }, async (page) => {
    await page.selectOption("#risk", "high");
    await page.waitForURL("**/?risk=high");
  });
  await visit({ "/": shell(form.replace(" data-tidy", "")) }, async (page) => {
    await page.selectOption("#risk", "high");
    await page.waitForURL("**/?q=&risk=high");
  });
});

test("a chip goes to the cursor, and Undo takes it back", async () => {
  const form = `<form><textarea id="one">first</textarea><textarea id="two">Hello !</textarea><button type="button" id="chip" data-insert="{{ name }}">name</button></form>`;
  await visit({ "/": shell(form) }, async (page) => {
    await page.focus("#two");
    await page.evaluate(() => document.getElementById("two").setSelectionRange(6, 6));
    await page.click("#chip");
    assert.equal(await page.inputValue("#two"), "Hello {{ name }}!");
    assert.equal(await active(page), "two");
    await page.keyboard.press("Control+z");
    assert.equal(await page.inputValue("#two"), "Hello !");
  });
});

const filter = (count) =>
  shell(`<form method="get" action="/" data-tidy hx-get="/" hx-target="#results" hx-select="#results" hx-swap="outerHTML" hx-trigger="submit, input delay:50ms" hx-sync="this:replace" hx-replace-url="true">
   <input id="q" name="q"><input name="empty"></form><div id="results"><p data-say="${count} prompts">${count}</p><a id="next" href="/other">Next</a>${count === 14 ? '<a id="more" href="/more">More</a>' : ""}</div>`);

test("a list follows the typing: announced once, focus kept, address tidy, Back leaves", async () => {
  const routes = { "/": ({ url }) => filter(url.searchParams.get("q") ? 3 : 14), "/other": shell("<h1>Other</h1>") };
  await visit(routes, async (page, { requests }) => {
    await page.focus("#q");
    await page.keyboard.type("abc", { delay: 10 });
    await said(page, "3 prompts");
    assert.equal(await active(page), "q");
    assert.equal(requests.at(-1).query, "?q=abc");
    assert.ok(page.url().endsWith("/?q=abc"));
    assert.equal(await page.locator("#results").getAttribute("aria-busy"), null);
    await page.click("#next");
    await page.waitForURL("**/other");
    await page.goBack();
    await page.getByText("3", { exact: true }).waitFor();
    assert.ok(page.url().endsWith("/?q=abc"));
  });
});

test("the focus never falls to the body: same id, else the marked element, else the part", async () => {
  const part = (more) => `<div id="part"><button id="go" hx-get="/part" hx-target="#part" hx-swap="outerHTML">Go</button>${more}</div>`;
  const answers = [part(" again"), `<div id="part"><h2 id="head" data-focus>Done</h2></div>`];
  await visit({ "/": shell(part("")), "/part": () => answers.shift() }, async (page) => {
    await page.focus("#go");
    await page.keyboard.press("Enter");
    await page.getByText("again").waitFor();
    assert.equal(await active(page), "go");
    await page.keyboard.press("Enter");
    await page.getByText("Done").waitFor();
    await until(async () => (await active(page)) === "head", "the marked element has the focus");
  });
});

test("what was just done has the focus when the page comes, unless the address leads elsewhere", async () => {
  const page = shell(`<main><h1>Done</h1><div id="outcome" role="status" tabindex="-1" data-outcome>It is live.</div><a id="there" href="/x">There</a></main>`);
  await visit({ "/": page }, async (browser) => assert.equal(await active(browser), "outcome"));
  await visit({ "/": page }, async (browser) => assert.notEqual(await active(browser), "outcome"), { at: "/#there" });
});

test("an answer with errors is shown; one that does not come is told", async () => {
  const form = (error) =>
    `<form id="f" method="post" action="/save" hx-post="/save" hx-target="#f" hx-swap="outerHTML"><input id="n" name="n">${error}<button id="s">Save</button></form>`;
  const routes = { "/": shell(form("")), "/save": () => ({ status: 422, body: form('<p data-say="Give it a name">Give it a name</p>') }) };
  await visit(
    routes,
    async (page, { context }) => {
      await page.click("#s");
      await said(page, "Give it a name");
      await context.setOffline(true);
      await page.click("#s");
      await said(page, "That did not work");
    },
    { allow: /422|ERR_INTERNET_DISCONNECTED|Failed to fetch/ },
  );
});

test("scripts and handlers in an answer never run", async () => {
  const evil = `<p>text</p><script>window.ran = 1</script><img src="x" onerror="window.ran = 2"><b hx-on:click="window.ran = 3" id="b">b</b><i id="done">done</i>`;
  await visit(
    { "/": shell(`<button id="go" hx-get="/part" hx-target="#part">Go</button><div id="part"></div>`), "/part": () => ({ body: evil }) },
    async (page) => {
      await page.click("#go");
      await page.locator("#done").waitFor();
      await page.click("#b");
      await page.waitForTimeout(100);
      assert.equal(await page.evaluate(() => window.ran), undefined);
    },
    // Here the policy does have something to stop: the handler of the image.
    { allow: /policy: script-src|Executing inline|Content Security Policy|404|text in attributes is never run/ },
  );
});

test("the collector of breaches sees one", async () => {
  await assert.rejects(
    visit({ "/": shell(`<p style="color: red">red</p>`) }, async () => {}),
    /policy is kept/,
  );
});
