// The browser tests: `node run.mjs --binary PATH [--out DIR] [--only SUITE,…] [--grep TEXT] [--chromium PATH] [--shots]`.

import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from './lib/browser.mjs';
import { Report } from './lib/report.mjs';

/** The suites in the order in which they run, each with how it is loaded. */
const SUITES = {
  scripts: async (world) => (await import('./suites/scripts.mjs')).scripts(world),
  selftest: async (world) => (await import('./suites/selftest.mjs')).selftest(world),
  security: async (world) => (await import('./suites/security.mjs')).security(world),
  flows: async (world) => (await import('./suites/flows.mjs')).flows(world),
  actions: async (world) => (await import('./suites/actions.mjs')).actions(world),
  pages: async (world) => (await import('./suites/pages.mjs')).pages(world),
  crawler: async (world) => (await import('./suites/crawler.mjs')).crawler(world),
  hostile: async (world) => (await import('./suites/hostile.mjs')).hostile(world),
};

const HELP = `usage: node run.mjs --binary PATH [options]

  --binary PATH     the built cuelight
  --out DIR         where pictures go [target/browser]
  --only SUITE,…    some of: ${Object.keys(SUITES).join(', ')}
  --grep TEXT       only checks whose name contains it
  --chromium PATH   the browser [the first of chromium, chromium-browser, google-chrome]
  --shots           pictures of every page instead of checks, and the contact sheet`;

const { values } = parseArgs({
  options: {
    binary: { type: 'string' },
    out: { type: 'string', default: 'target/browser' },
    only: { type: 'string' },
    grep: { type: 'string', default: '' },
    chromium: { type: 'string' },
    shots: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !values.binary) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
process.exitCode = (await main()) ? 0 : 1;

async function main() {
  const only = values.only?.split(',') ?? Object.keys(SUITES);
  const unknown = only.filter((name) => !(name in SUITES));
  if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}`);
  mkdirSync(values.out, { recursive: true });
  const report = new Report({ out: values.out, grep: values.grep });
  const browser = await launch(values.chromium ?? find());
  const { World } = await import('./lib/world.mjs');
  const world = new World({ binary: values.binary, browser, report });
  try {
    if (values.shots) {
      await (await import('./suites/shots.mjs')).shots(world);
      return true;
    }
    for (const name of only) {
      const began = Date.now();
      try {
        await SUITES[name](world);
      } catch (error) {
        report.broke(`${name} ran to its end`, error);
      }
      console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
    }
    if (only.length === Object.keys(SUITES).length && values.grep === '') await everyAction(world);
  } finally {
    await world.stop();
    await browser.close();
  }
  report.tell();
  console.log(report.summary());
  return report.failed === 0 && report.passed > 0;
}

/** A form that no suite ever sent with success is a form that nobody tried. */
async function everyAction({ report, posted }) {
  const { POSTS } = await import('./lib/routes.mjs');
  await report.check('every action was done', { page: 'routes.json' }, () =>
    POSTS.filter((route) => !posted.has(route.id)).map((route) => ({ rule: 'every action was done', message: `no suite sent ${route.id} (${route.path}) with success` })),
  );
}

/** Chromium, wherever this machine keeps it. */
function find() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error('there is no Chromium; install the package `chromium`, or name it with --chromium');
}
