// Every check of one page, in the order in which a load can be used best.

import { THEMES, WIDTHS, resize, settle } from '../lib/browser.mjs';
import { axe } from './axe.mjs';
import { documentFaults } from './document.mjs';
import { ringFaults, tabFaults } from './focus.mjs';
import { layoutFaults, modeFaults, textFaults } from './layout.mjs';
import { wordFaults } from './words.mjs';

/** How much content may move while a page loads (Cumulative Layout Shift). */
export const MOST_SHIFT = 0.05;

/** Checks that hold for the document at any width: run them right after loading, before the window changes. */
export async function onceLoaded(page) {
  const shift = await page.evaluate(() => window.__shifts);
  const moved = shift > MOST_SHIFT ? [{ rule: 'layout shift', message: `${shift.toFixed(3)}; at most ${MOST_SHIFT}` }] : [];
  return [...moved, ...(await documentFaults(page)), ...(await wordFaults(page)), ...(await tabFaults(page))];
}

/** Checks of one theme and width. */
export async function atWidth(page, theme, width) {
  const faults = [...(await axe(page)), ...(await layoutFaults(page))];
  if (width === 1440 || width === 390) faults.push(...(await ringFaults(page)));
  if (theme === 'light' && (width === 1440 || width === 320)) faults.push(...(await textFaults(page, width)));
  if (theme === 'light' && width === 1440) faults.push(...(await modeFaults(page)));
  return faults;
}

/** Calls `work(theme, width)` for every combination, changing the page as needed. */
export async function everyCombination(page, work) {
  for (const width of WIDTHS) {
    await resize(page, width);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await settle(page);
      await work(theme, width);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
