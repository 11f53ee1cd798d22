// Chromium, and pages that note everything that must not happen on any page.

import { chromium } from 'playwright-core';

export const THEMES = ['light', 'dark'];
export const WIDTHS = [1440, 768, 390, 320];
export const HEIGHT = 900;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium. Its user data folder is new, and goes away at the end. */
export function launch(path) {
  return chromium.launch({ executablePath: path, headless: true, args: FLAGS });
}

/**
 * A context in which every page notes faults: errors on the console, failed requests, requests to other hosts,
 * breaches of the content security policy, dialogs, and calls of the trap that hostile text tries to reach.
 */
export async function context(browser, { base, width = 1440, javaScript = true, state, touch = false } = {}) {
  const made = await browser.newContext({
    baseURL: base,
    viewport: { width, height: HEIGHT },
    javaScriptEnabled: javaScript,
    storageState: state,
    hasTouch: touch,
    // Without fades, what a check sees is what stays.
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  made.setDefaultTimeout(10_000);
  made.setDefaultNavigationTimeout(20_000);
  made.noted = [];
  made.scriptless = !javaScript;
  const note = (kind, text, url) => made.noted.push({ kind, text, url });
  await made.exposeBinding('__pwned', ({ page }, what) => note('script ran', String(what).slice(0, 200), page.url()));
  await made.exposeBinding('__noted', ({ page }, kind, text) => note(kind, text, page.url()));
  await made.addInitScript(observe);
  made.on('page', (page) => watch(page, note, base));
  return made;
}

/** What was noted since the last time. */
export function noted(made) {
  return made.noted.splice(0);
}

/** The same as faults of a check. */
export function faults(made) {
  return noted(made).map(({ kind, text, url }) => ({ rule: kind, message: text, page: url && short(url) }));
}

/** Goes to an address and waits until the page stands still. Returns the response. */
export async function visit(page, address) {
  const response = await page.goto(address, { waitUntil: 'load' });
  await settle(page);
  return response;
}

/** Waits for fonts and for two frames. Where scripts are off, nothing moves after loading. */
export function settle(page) {
  if (page.context().scriptless) return Promise.resolve();
  return page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Gives a page another width without loading it again. */
export async function resize(page, width) {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** The part of an address after the host. */
export function short(url) {
  return url.replace(/^[a-z]+:\/\/[^/]+/, '');
}

function watch(page, note, base) {
  const host = base?.startsWith('http') ? new URL(base).host : null;
  page.on('pageerror', (error) => note('page error', String(error).slice(0, 500), page.url()));
  page.on('dialog', async (dialog) => {
    // A page that asks before a draft is lost does so with the browser's own words.
    if (dialog.type() === 'beforeunload') return dialog.accept();
    note('dialog', dialog.message().slice(0, 200), page.url());
    return dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // The document's own status is checked where it is asked for.
    const of = message.location().url;
    if (message.text().startsWith('Failed to load resource') && sameDocument(of, page.url())) return;
    note('console error', `${message.text().slice(0, 500)} (${short(of ?? '')})`, page.url());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (/^(data|blob|about):/.test(url) || host === null) return;
    if (!/^https?:/.test(url) || new URL(url).host !== host) note('foreign request', url.slice(0, 300), page.url());
  });
  page.on('response', (response) => {
    if (response.status() < 400 || response.request().isNavigationRequest()) return;
    note('failed request', `${response.status()} ${short(response.url()).slice(0, 300)}`, page.url());
  });
}

function sameDocument(a, b) {
  return (a ?? '').split('#')[0] === b.split('#')[0];
}

/** Runs in every page before its own scripts. */
function observe() {
  window.__shifts = 0;
  // How checks name an element: with its nearest ancestors, ids and classes.
  window.__path = (element, most = 3) => {
    const parts = [];
    for (let at = element; at && at !== document.body && parts.length < most; at = at.parentElement) {
      parts.unshift(at.tagName.toLowerCase() + (at.id ? `#${at.id}` : '') + [...at.classList].map((name) => `.${name}`).join(''));
    }
    return parts.join(' > ') || 'body';
  };
  document.addEventListener('securitypolicyviolation', (event) => {
    window.__noted('policy breach', `${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample ?? ''}`.slice(0, 300));
  });
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shifts += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  } catch {
    window.__shifts = 0;
  }
}
