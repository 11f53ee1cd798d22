// Follows every internal link from the first page: none is dead, and none points at a place that is not there.

import { faults, noted, short, visit } from '../lib/browser.mjs';
import { each } from '../lib/pool.mjs';
import { routeOf } from '../lib/routes.mjs';

/** At most this many addresses of one route; lists link to many pages of the same kind. */
const PER_ROUTE = { admin: 5, viewer: 2 };
const PARALLEL = 3;

/** Crawls the demo's data as the administrator and as a viewer. */
export async function crawler(world) {
  for (const role of Object.keys(PER_ROUTE)) {
    await world.report.check(`crawler ${role}`, { state: 'normal' }, () => crawl(world, role));
  }
}

async function crawl(world, role) {
  const server = await world.server('normal');
  const found = [];
  const seen = new Map([['/', 'the start']]);
  const counts = new Map();
  const ids = new Map();
  const fragments = [];
  let wave = ['/'];
  const workers = [];
  for (let i = 0; i < PARALLEL; i += 1) {
    const made = await world.context('normal', role);
    workers.push({ made, page: await made.newPage() });
  }
  while (wave.length > 0) {
    const next = [];
    await each(wave, workers, async (address, { made, page }) => {
      noted(made);
      const from = seen.get(address);
      const plain = await made.request.get(address, { maxRedirects: 0 }).catch((error) => error);
      if (plain instanceof Error) return void found.push({ rule: 'dead link', page: from, message: `${address}: ${plain.message}` });
      if (plain.status() >= 400) return void found.push({ rule: 'dead link', page: from, message: `${address} answers ${plain.status()}` });
      const type = plain.headers()['content-type'] ?? '';
      if (plain.status() < 300 && !type.startsWith('text/html')) return;
      await visit(page, address);
      found.push(...faults(made));
      const here = short(page.url()).split('#')[0];
      const { links, all } = await page.evaluate(() => ({
        links: [...document.querySelectorAll('a[href]')].map((a) => a.href),
        all: [...document.querySelectorAll('[id]')].map((e) => e.id),
      }));
      ids.set(here, new Set(all));
      for (const link of links) {
        if (!link.startsWith(server.url)) {
          if (!/^(https?|mailto):/.test(link)) found.push({ rule: 'strange link', page: here, message: link.slice(0, 200) });
          continue;
        }
        const [target, fragment] = short(link).split('#');
        if (fragment) fragments.push({ here, target, fragment: decodeURIComponent(fragment) });
        if (seen.has(target)) continue;
        const route = routeOf('GET', new URL(link).pathname)?.id ?? 'none';
        counts.set(route, (counts.get(route) ?? 0) + 1);
        if (counts.get(route) > PER_ROUTE[role]) continue;
        seen.set(target, here);
        next.push(target);
      }
    });
    wave = next;
  }
  for (const { here, target, fragment } of fragments) {
    if (ids.has(target) && !ids.get(target).has(fragment)) found.push({ rule: 'dead fragment', page: here, message: `${target}#${fragment}` });
  }
  for (const { made } of workers) await made.close();
  if (seen.size < 10) found.push({ rule: 'crawler', message: `only ${seen.size} addresses were found` });
  world.report.note(`the crawler followed ${seen.size} addresses of ${counts.size} routes as ${role}`);
  return found;
}
