// Proves that each check can fail: small pages with one fault each, which the checks must name and nothing else.

import { createServer } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';

import { everyCombination, atWidth, onceLoaded } from '../checks/all.mjs';
import { forbidden } from '../checks/words.mjs';
import { context, noted, visit } from '../lib/browser.mjs';
import { each } from '../lib/pool.mjs';

const FOLDER = new URL('../selftest/', import.meta.url);
const TYPES = { '.css': 'text/css', '.js': 'text/javascript' };

/** Runs the self-test. */
export async function selftest({ report, browser }) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.html') && file !== 'frame.html').map((file) => file.slice(0, -5));
  try {
    const workers = [];
    for (let i = 0; i < 3; i += 1) {
      const made = await context(browser, { base });
      workers.push({ made, page: await made.newPage() });
    }
    await each(names, workers, (name, { made, page }) => report.check(`selftest ${name}`, { page: name }, () => one(made, page, name)));
    for (const { made } of workers) await made.close();
    await report.check('selftest list of words', {}, () => wordExamples());
  } finally {
    server.close();
  }
}

async function one(made, page, name) {
  noted(made);
  const found = new Set();
  const expected = new Set(/<!-- expect:(.*?)-->/.exec(read(`${name}.html`))[1].split(',').map((rule) => rule.trim()).filter(Boolean));
  await page.setViewportSize({ width: 1440, height: 900 });
  await visit(page, `/${name}`);
  if (expected.has('layout shift')) await page.waitForFunction(() => window.__shifts > 0);
  for (const fault of await onceLoaded(page)) found.add(fault.rule);
  const look = async (theme, width) => {
    for (const fault of await atWidth(page, theme, width)) found.add(fault.rule);
  };
  if (expected.size === 0) await everyCombination(page, look);
  else await look('light', 1440);
  for (const { kind } of noted(made)) found.add(kind);
  const faults = [];
  for (const rule of expected) if (!found.has(rule)) faults.push({ rule: 'self-test', message: `“${rule}” was not found` });
  for (const rule of found) if (!expected.has(rule)) faults.push({ rule: 'self-test', message: `“${rule}” was found and is not there` });
  return faults;
}

function wordExamples() {
  const bad = ['Commit this', 'a SHA-256 hash', 'see the diff', 'rolled back', 'Generation 3', 'push it', 'the HEAD of it'];
  const good = ['commitment', 'hashtag', 'go back to 3.4.0', 'a head of lettuce', 'different', 'pushpin', 'degenerations'];
  return [
    ...bad.filter((text) => forbidden(text).length === 0).map((text) => ({ rule: 'self-test', message: `“${text}” passed` })),
    ...good.filter((text) => forbidden(text).length > 0).map((text) => ({ rule: 'self-test', message: `“${text}” did not pass` })),
  ];
}

function read(name) {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

/** Puts a fault into the frame, under the policy that the pages have. */
function answer(request, response) {
  const name = new URL(request.url, 'http://x').pathname.slice(1);
  response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'");
  try {
    const type = TYPES[extname(name)];
    if (type) return response.setHeader('content-type', type).end(read(name));
    if (name === 'favicon.ico') return response.writeHead(204).end();
    let fault = read(`${name}.html`);
    let frame = read('frame.html');
    for (const [, out] of fault.matchAll(/<!-- replace: (.*?) -->/g)) frame = frame.replace(out, '');
    // A style sheet belongs into the head, or the page would move when it comes.
    const sheets = [...fault.matchAll(/<link [^>]*>/g)].map(([link]) => link).join('');
    fault = fault.replace(/<link [^>]*>/g, '').replace(/<!--.*?-->/g, '');
    response.setHeader('content-type', 'text/html; charset=utf-8').end(frame.replace('</head>', `${sheets}</head>`).replace('<!-- here -->', fault));
  } catch {
    response.writeHead(404).end();
  }
}
