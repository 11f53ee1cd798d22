// The servers of a run, each with the data of one state, and the ways to sign in to them.

import { context } from './browser.mjs';
import { routeOf } from './routes.mjs';
import { PROJECT, seedHostile, seedMany } from './seed.mjs';
import { Server } from './server.mjs';

/** How each state's server comes to its data. */
const STATES = {
  new: (binary) => Server.start(binary, 'serve'),
  empty: async (binary) => {
    const server = await Server.start(binary, 'serve');
    await server.api('POST', '/projects', { name: PROJECT });
    return server;
  },
  normal: (binary) => Server.start(binary, 'demo'),
  // For what changes things, so that other suites see what they expect.
  flows: (binary) => Server.start(binary, 'demo'),
  '200 items': async (binary) => {
    const server = await Server.start(binary, 'demo');
    await seedMany(server);
    return server;
  },
  hostile: async (binary) => {
    const server = await Server.start(binary, 'demo');
    server.seeded = await seedHostile(server);
    return server;
  },
};

/** Browser, report, servers. */
export class World {
  constructor({ binary, browser, report }) {
    this.binary = binary;
    this.browser = browser;
    this.report = report;
    this.servers = new Map();
    this.sessions = new Map();
    /** Ids of POST routes that answered a proper request as they should. */
    this.posted = new Set();
  }

  /** The server of a state, started when first asked for. */
  server(state) {
    if (!this.servers.has(state)) this.servers.set(state, STATES[state](this.binary));
    return this.servers.get(state);
  }

  /** Cookies of a session with a role, signed in once and then used by many contexts. */
  session(state, role = 'admin') {
    const key = `${state}/${role}`;
    if (!this.sessions.has(key)) this.sessions.set(key, this.signIn(state, role));
    return this.sessions.get(key);
  }

  /** A context on a state's server. `role` is `admin`, another role, or `nobody`. */
  async context(state, role = 'admin', options = {}) {
    const server = await this.server(state);
    const cookies = role === 'nobody' ? undefined : await this.session(state, role);
    const made = await context(this.browser, { base: server.url, state: cookies, ...options });
    made.on('response', (response) => this.sawPost(response));
    return made;
  }

  /** Remembers which forms were sent and did what they are for. */
  sawPost(response) {
    const request = response.request();
    if (request.method() !== 'POST' || response.status() >= 400) return;
    const route = routeOf('POST', new URL(request.url()).pathname);
    if (route) this.posted.add(route.id);
  }

  /** Leaves a draft on a state's server, by the administrator; see {@link leaveDraft}. */
  async draft(state, place, line, why) {
    const made = await this.context(state, 'admin', { javaScript: false });
    const address = await leaveDraft(await made.newPage(), `/p/${PROJECT}`, place, line, why);
    await made.close();
    return address;
  }

  async signIn(state, role) {
    const server = await this.server(state);
    let token = server.token;
    if (role !== 'admin') token = (await server.api('POST', '/tokens', { label: `The harness's ${role}`, role })).token;
    const made = await context(this.browser, { base: server.url });
    await signIn(await made.newPage(), await newLink(server, token));
    const cookies = await made.storageState();
    await made.close();
    return cookies;
  }

  /** Ends every server that was started. */
  async stop() {
    const servers = await Promise.allSettled([...this.servers.values()]);
    await Promise.all(servers.filter((one) => one.status === 'fulfilled').map((one) => one.value.stop()));
  }
}

/**
 * Leaves a draft with a line more, as the editor's form does without scripts, and answers the address of the page that
 * publishes it. `project`: where its pages are; `place`: `prompt/sales/outreach-email`.
 */
export async function leaveDraft(page, project, place, line, why) {
  await page.goto(`${project}/edit/${place}`);
  const text = page.locator('textarea[name="m.0.text"], textarea[name="body"]').first();
  await text.fill(`${await text.inputValue()}\n${line}`);
  await page.locator('[name="change_intent"]').fill(why);
  await page.locator('button[name="do"][value="publish"]').first().click();
  await page.waitForURL((url) => url.pathname.includes('/publish/'));
  return `${project}/publish/${place}`;
}

/** The address of a new one-time link, as whoever holds the token gets it. */
export async function newLink(server, token = server.token) {
  const { path } = await server.api('POST', '/sign-in-links', undefined, token);
  return path;
}

/** Opens the link, as a person does; where the page asks first, presses its button. */
export async function signIn(page, link) {
  await page.goto(link);
  if (new URL(page.url()).pathname.startsWith('/sign-in')) await page.getByRole('button', { name: /sign in/i }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}
