// Doors, frames and cookies, for every route of the table: nothing here is listed by hand.

import { createServer } from 'node:http';

import { cookieHeader, OWN_FORM, send } from '../lib/http.mjs';
import { POSTS, ROUTES } from '../lib/routes.mjs';
import { PROJECT } from '../lib/seed.mjs';
import { newLink, signIn } from '../lib/world.mjs';

const FORM = 'application/x-www-form-urlencoded';
/** Where a forged request may seem to come from. */
const FORGED = {
  'another site': { 'sec-fetch-site': 'cross-site', 'content-type': FORM },
  'a sibling site': { 'sec-fetch-site': 'same-site', 'content-type': FORM },
  'an address that was typed': { 'sec-fetch-site': 'none', 'content-type': FORM },
  'another origin': { origin: 'https://hostile.invalid', 'content-type': FORM },
  'no origin': { origin: 'null', 'content-type': FORM },
  'another port': { origin: 'http://127.0.0.1:1', 'content-type': FORM },
  'nowhere': { 'content-type': FORM },
  'another site with our origin': { 'sec-fetch-site': 'cross-site', origin: 'own', 'content-type': FORM },
};

/** Runs all of it on the demo's data. */
export async function security(world) {
  const { report } = world;
  const server = await world.server('normal');
  const cookie = cookieHeader(await world.session('normal'));
  const state = async () => JSON.stringify([await server.head(PROJECT), await server.api('GET', '/tokens'), await server.api('GET', '/projects')]);
  const before = await state();

  for (const route of POSTS) {
    await report.check(`security ${route.id}: forged`, { page: route.sample }, async () => {
      const faults = [];
      for (const [from, headers] of Object.entries(FORGED)) {
        const own = { ...headers, ...(headers.origin === 'own' ? { origin: server.url } : {}) };
        const answer = await send(server.url, { method: 'POST', path: route.sample, headers: { ...own, cookie }, body: 'command=forged&reason=x' });
        if (answer.status !== 403) faults.push({ rule: 'cross-site', message: `a form from ${from} answers ${answer.status} and not 403` });
        faults.push(...headerFaults(answer));
      }
      if ((await state()) !== before) faults.push({ rule: 'cross-site', message: 'something was changed' });
      return faults;
    });
    if (route.door !== 'open') {
      await report.check(`security ${route.id}: signed out`, { page: route.sample }, async () => {
        const answer = await send(server.url, { method: 'POST', path: route.sample, headers: OWN_FORM, body: 'command=x' });
        return answer.status === 401 ? headerFaults(answer) : [{ rule: 'signed out', message: `answers ${answer.status} and not 401` }];
      });
    }
    await report.check(`security ${route.id}: not a form`, { page: route.sample }, async () => {
      const faults = [];
      for (const kind of ['application/json', 'text/plain', 'application/xml']) {
        const answer = await send(server.url, { method: 'POST', path: route.sample, headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': kind }, body: '{}' });
        if (answer.status < 400 || answer.status >= 500) faults.push({ rule: 'media type', message: `${kind} answers ${answer.status}` });
      }
      return faults;
    });
  }

  for (const route of ROUTES.filter((one) => one.method === 'GET')) {
    await report.check(`security ${route.id}: headers and door`, { page: route.sample }, async () => {
      const faults = [];
      for (const method of ['GET', 'HEAD']) {
        const answer = await send(server.url, { method, path: route.sample, headers: { cookie } });
        faults.push(...headerFaults(answer));
        if (answer.status >= 500) faults.push({ rule: 'status', message: `${method} answers ${answer.status}` });
      }
      if (route.door === 'open') return faults;
      for (const other of [undefined, 'cuelight=nonsense', cookie.replace(/=[^;]{6}/, '=xxxxxx'), `${cookie.split('=')[0]}=`]) {
        const answer = await send(server.url, { path: route.sample, headers: other === undefined ? {} : { cookie: other } });
        const away = answer.status === 303 && String(answer.headers.location).startsWith('/sign-in');
        if (!away && answer.status !== 401) faults.push({ rule: 'signed out', message: `answers ${answer.status} with ${other === undefined ? 'no cookie' : 'a wrong cookie'}` });
        if (answer.text.includes('qualify-lead') && !route.sample.includes('qualify-lead')) faults.push({ rule: 'signed out', message: 'the answer has content' });
      }
      return faults;
    });
  }

  await report.check('security: reading changes nothing', {}, async () => ((await state()) === before ? [] : [{ rule: 'safe methods', message: 'a GET or HEAD changed something' }]));
  await report.check('security: errors have the same headers', {}, async () => {
    const faults = [];
    for (const path of ['/no-such-page', `/p/${PROJECT}/no-such-page`, '/p/%00', '/p/../..', `/p/${PROJECT}/prompt/%ff`, '/assets/none.js', `/p/${'a'.repeat(5000)}`]) {
      const answer = await send(server.url, { path, headers: { cookie } });
      if (answer.status < 400 || answer.status >= 500) faults.push({ rule: 'status', page: path.slice(0, 60), message: `answers ${answer.status}` });
      faults.push(...headerFaults(answer).map((fault) => ({ ...fault, page: path.slice(0, 60) })));
    }
    return faults;
  });
  await report.check('security: other methods', {}, async () => {
    const faults = [];
    for (const route of ROUTES) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE']) {
        const answer = await send(server.url, { method, path: route.sample, headers: { ...OWN_FORM, cookie } });
        if (answer.status < 400 || answer.status >= 500) faults.push({ rule: 'methods', page: route.sample, message: `${method} answers ${answer.status}` });
      }
    }
    return faults;
  });
  await report.check('security: no page in a frame', {}, () => frames(world, server));
  await report.check('security: the link works once and the cookie is strict', {}, () => link(world));
  await report.check('security: a token signs in by the form', {}, () => token(world));
  await report.check('security: signing out ends the session', {}, () => signOut(world));
}

/** What every answer of the pages must say. */
function headerFaults({ status, headers }) {
  const faults = [];
  const fault = (message) => faults.push({ rule: 'headers', message });
  const csp = Object.fromEntries(String(headers['content-security-policy'] ?? '').split(';').map((part) => part.trim().split(/\s+/)).map(([name, ...values]) => [name, values.join(' ')]));
  const wanted = { 'default-src': "'none'", 'script-src': "'self'", 'frame-ancestors': "'none'", 'base-uri': "'none'", 'form-action': "'self'" };
  for (const [name, value] of Object.entries(wanted)) if (csp[name] !== value) fault(`the policy's ${name} is “${csp[name]}” (status ${status})`);
  if (/unsafe|\*|https?:|data:/.test([csp['script-src'], csp['style-src'], csp['connect-src'], csp['default-src']].join(' '))) fault('the policy has something unsafe');
  if (headers['x-frame-options'] !== 'DENY') fault('X-Frame-Options is not DENY');
  if (headers['x-content-type-options'] !== 'nosniff') fault('X-Content-Type-Options is not nosniff');
  if (!/^(same-origin|no-referrer)$/.test(headers['referrer-policy'] ?? '')) fault('addresses leak in the referrer');
  if (/^text\/html/.test(headers['content-type'] ?? '') && !/no-store/.test(headers['cache-control'] ?? '')) fault('a page may be kept by the browser');
  if (headers.server || headers['x-powered-by']) fault('the answer names its software');
  for (const cookie of [headers['set-cookie'] ?? []].flat()) {
    if (/^cuelight/.test(cookie) && !/HttpOnly/i.test(cookie)) fault('the session cookie is open to scripts');
    if (!/SameSite=(Lax|Strict)/i.test(cookie)) fault('a cookie goes to other sites');
    if (/Domain=/i.test(cookie)) fault('a cookie goes to other hosts');
  }
  return faults;
}

/** Another site shows our pages in frames; the browser must refuse each. */
async function frames(world, server) {
  const samples = ROUTES.filter((route) => route.method === 'GET' && route.answers === 'page').map((route) => route.sample);
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(samples.map((sample) => `<iframe src="${server.url}${sample}"></iframe>`).join(''));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => other.once('listening', ready));
  const made = await world.browser.newContext({ storageState: await world.session('normal') });
  try {
    const page = await made.newPage();
    await page.goto(`http://127.0.0.1:${other.address().port}/`);
    const faults = [];
    for (const frame of page.frames().slice(1)) {
      if (frame.url().startsWith(server.url) && (await frame.locator('h1').count()) > 0) faults.push({ rule: 'framing', page: frame.url(), message: 'another site can show this page in a frame' });
    }
    return faults;
  } finally {
    await made.close();
    other.close();
  }
}

/** The printed link: looking at it does not use it up, using it does, and the cookie is out of reach of scripts. */
async function link(world) {
  const server = await world.server('normal');
  const path = await newLink(server);
  const code = path.split('/').at(-1);
  const faults = [];
  for (const headers of [{}, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, { 'sec-purpose': 'prefetch', 'sec-fetch-mode': 'navigate' }]) {
    const peek = await send(server.url, { path, headers });
    if (peek.headers['set-cookie']?.some((cookie) => /^(__Host-)?cuelight/.test(cookie))) faults.push({ rule: 'sign-in link', message: `used up with ${JSON.stringify(headers)}` });
  }
  const made = await world.context('normal', 'nobody');
  const page = await made.newPage();
  await signIn(page, path);
  const session = (await made.cookies()).find(({ name }) => /cuelight/.test(name));
  if (!session) faults.push({ rule: 'cookie', message: 'there is no session cookie' });
  else {
    if (!session.httpOnly) faults.push({ rule: 'cookie', message: 'scripts can read the session cookie' });
    if (!['Lax', 'Strict'].includes(session.sameSite)) faults.push({ rule: 'cookie', message: `SameSite is ${session.sameSite}` });
    const leaks = await page.evaluate((secret) => document.documentElement.outerHTML.includes(secret) || location.href.includes(secret) || document.cookie.includes(secret), session.value);
    if (leaks) faults.push({ rule: 'cookie', message: 'the page or its address shows the session' });
  }
  if (page.url().includes(code)) faults.push({ rule: 'sign-in link', message: 'the code stays in the address' });
  const again = await world.context('normal', 'nobody');
  const second = await again.newPage();
  await second.goto(path);
  const button = second.getByRole('button', { name: /sign in/i });
  if (await button.count()) await button.first().click();
  if ((await again.cookies()).some(({ name }) => /cuelight/.test(name))) faults.push({ rule: 'sign-in link', message: 'the link works twice' });
  await made.close();
  await again.close();
  return faults;
}

/** The form takes a token; the token is in no address and on no page afterwards. */
async function token(world) {
  const server = await world.server('normal');
  const made = await world.context('normal', 'nobody');
  const page = await made.newPage();
  await page.goto('/sign-in');
  await page.getByLabel(/sign-in link/i).fill(server.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  const leaks = await page.evaluate((secret) => document.documentElement.outerHTML.includes(secret) || location.href.includes(secret), server.token);
  await made.close();
  return leaks ? [{ rule: 'token', message: 'the page or its address shows the token' }] : [];
}

async function signOut(world) {
  const server = await world.server('normal');
  const made = await world.context('normal', 'nobody');
  const page = await made.newPage();
  await signIn(page, await newLink(server));
  const cookie = cookieHeader({ cookies: (await made.cookies()).filter(({ name }) => /cuelight/.test(name)) });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForLoadState();
  const after = await send(server.url, { path: `/p/${PROJECT}`, headers: { cookie } });
  await page.goBack().catch(() => null);
  const content = await page.getByText('qualify-lead').count();
  await made.close();
  return [
    ...(after.status === 200 ? [{ rule: 'sign out', message: 'the old cookie still opens pages' }] : []),
    ...(content > 0 ? [{ rule: 'sign out', message: 'the browser still shows the page when going back' }] : []),
  ];
}
