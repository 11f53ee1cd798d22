// Pictures of every page × theme × width, and the contact sheet for docs/ui.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { everyCombination } from '../checks/all.mjs';
import { resize, visit } from '../lib/browser.mjs';
import { each } from '../lib/pool.mjs';
import { visits } from '../visits.mjs';

const DOCS = fileURLToPath(new URL('../../../../../docs/ui/', import.meta.url));
/** Pages on one sheet. */
const PER_SHEET = 6;
/** Pictures of a page on the sheet, in this order; their widths there in px. */
const ON_SHEET = [['light', 1440, 400], ['dark', 1440, 400], ['light', 768, 230], ['light', 390, 130], ['dark', 390, 130], ['light', 320, 110]];
const SHEET_WIDTH = 1480;
const ROW = 300;

/** Takes them all. */
export async function shots(world) {
  const folder = join(world.report.out, 'shots');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const list = visits().filter((one) => one.state === 'normal' && world.report.wants(`${one.id} ${one.variant ?? ''}`));
  const server = await world.server('normal');
  for (const one of list.filter((it) => typeof it.address === 'function')) one.address = await one.address(server, world, 'normal');
  for (const role of [...new Set(list.map((one) => one.as))]) {
    const mine = list.filter((one) => one.as === role);
    const workers = [];
    for (let i = 0; i < 2; i += 1) workers.push(await (await world.context('normal', role)).newPage());
    await each(mine, workers, async (one, page) => {
      await resize(page, 1440);
      await visit(page, one.address);
      await everyCombination(page, (theme, width) => page.screenshot({ path: join(folder, `${nameOf(one, theme, width)}.jpg`), type: 'jpeg', quality: 80, fullPage: true }));
    });
    for (const page of workers) await page.context().close();
  }
  await sheets(world, folder, list);
  console.log(`shots: ${list.length} pages in ${folder}; the contact sheets are in docs/ui`);
}

function nameOf({ id, variant }, theme, width) {
  return [id, variant, theme, width].filter(Boolean).join('-').replace(/[^\w-]+/g, '_');
}

/** Renders the sheets with the browser itself, as WebP. */
async function sheets(world, folder, list) {
  mkdirSync(DOCS, { recursive: true });
  const page = await (await world.browser.newContext({ viewport: { width: SHEET_WIDTH, height: 900 } })).newPage();
  const client = await page.context().newCDPSession(page);
  for (let i = 0; i * PER_SHEET < list.length; i += 1) {
    const group = list.slice(i * PER_SHEET, (i + 1) * PER_SHEET);
    const rows = group.map((one) => {
      const cells = ON_SHEET.map(([theme, width, shown]) => {
        const data = readFileSync(join(folder, `${nameOf(one, theme, width)}.jpg`)).toString('base64');
        return `<div style="width:${shown}px;height:${ROW}px;overflow:hidden;border:1px solid #999"><img style="width:100%" src="data:image/jpeg;base64,${data}"></div>`;
      });
      return `<h2>${one.id}${one.variant ? ` · ${one.variant}` : ''} <small>${one.address.replace(/&/g, '&amp;')}</small></h2><section>${cells.join('')}</section>`;
    });
    await page.setContent(`<style>body{font:14px sans-serif;margin:12px;background:#eee}h2{font-size:15px;margin:12px 0 4px}section{display:flex;gap:8px;align-items:flex-start}</style>${rows.join('')}`);
    // A very long page may be too large to decode at once; it is drawn all the same.
    await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))));
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width: SHEET_WIDTH, height, scale: 1 };
    const { data } = await client.send('Page.captureScreenshot', { format: 'webp', quality: 55, captureBeyondViewport: true, clip });
    writeFileSync(join(DOCS, `sheet-${i + 1}.webp`), Buffer.from(data, 'base64'));
  }
  await page.context().close();
}
