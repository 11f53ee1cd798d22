// Every page, in every state, theme and width.

import { MOST_SHIFT, atWidth, everyCombination, onceLoaded } from '../checks/all.mjs';
import { catalogueFaults } from '../checks/words.mjs';
import { faults, noted, resize, visit } from '../lib/browser.mjs';
import { each } from '../lib/pool.mjs';
import { ROUTES } from '../lib/routes.mjs';
import { visits } from '../visits.mjs';

/** How many pages are looked at side by side. */
const PARALLEL = 3;

/** Runs all checks of `checks/` on all visits. */
export async function pages(world) {
  const { report } = world;
  await report.check('words of the catalogue', {}, () => catalogueFaults(new URL('../../../words/en', import.meta.url).pathname));
  const list = visits();
  await report.check('every route is visited', { page: 'routes.json' }, () => unvisited(list));
  for (const state of [...new Set(list.map((one) => one.state))]) {
    const server = await world.server(state);
    for (const one of list.filter((it) => it.state === state && typeof it.address === 'function' && report.wants(nameOf(it)))) one.address = await one.address(server, world, state);
    for (const role of [...new Set(list.map((one) => one.as))]) {
      const mine = list.filter((one) => one.state === state && one.as === role && report.wants(nameOf(one)));
      if (mine.length === 0) continue;
      const workers = [];
      for (let i = 0; i < Math.min(PARALLEL, mine.length); i += 1) {
        const made = await world.context(state, role);
        workers.push({ made, page: await made.newPage() });
      }
      await each(mine, workers, (one, worker) => look(report, one, worker));
      for (const { made } of workers) await made.close();
    }
  }
}

function nameOf({ id, state, as, variant }) {
  return ['page', id, state, as === 'admin' ? '' : as, variant].filter(Boolean).join(' ');
}

async function look(report, one, { made, page }) {
  const place = { page: one.address, state: one.state, shoot: page };
  const name = nameOf(one);
  noted(made);
  const open = async (width) => {
    await resize(page, width);
    const response = await visit(page, one.address);
    const is = response.status();
    return one.expect.includes(is) ? [] : [{ rule: 'status', message: `${is} and not ${one.expect.join(' or ')}` }];
  };
  let there = true;
  const document = async () => {
    const found = await open(1440);
    there = found.length === 0;
    return there ? [...(await onceLoaded(page)), ...faults(made)] : found;
  };
  await report.check(`${name} document`, place, document, document);
  if (!there) return;
  await everyCombination(page, async (theme, width) => {
    const again = async () => [...(await open(width)), ...(await atWidth(page, theme, width))];
    await report.check(`${name} ${theme} ${width}`, { ...place, theme, width }, () => atWidth(page, theme, width), again);
  });
  // What moves while a page loads may differ on a telephone.
  const telephone = async () => {
    const found = await open(390);
    const shift = await page.evaluate(() => window.__shifts);
    if (shift > MOST_SHIFT) found.push({ rule: 'layout shift', width: 390, message: shift.toFixed(3) });
    return [...found, ...faults(made)];
  };
  await report.check(`${name} on a telephone`, place, telephone, telephone);
}

function unvisited(list) {
  const seen = new Set(list.map((one) => one.id));
  return ROUTES.filter((route) => route.method === 'GET' && route.answers === 'page' && !seen.has(route.id)).map((route) => ({
    rule: 'every route is visited',
    message: `${route.id} (${route.path}) has no visit in visits.mjs`,
  }));
}
