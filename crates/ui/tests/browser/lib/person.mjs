// Somebody who uses the pages by what they can see: the words on links, buttons and labels. By mouse or by keyboard.

import { settle } from './browser.mjs';

/** More presses of Tab than this to reach something is a fault of the page. */
const MOST_TABS = 150;

/** A person at a page. Counts clicks, keys that move or press (not the letters of a text), and pages. */
export class Person {
  /** `hand`: `mouse` or `keyboard`. */
  constructor(page, hand) {
    this.page = page;
    this.hand = hand;
    this.clicks = 0;
    this.keys = 0;
    this.fresh = true;
    page.on('domcontentloaded', () => (this.fresh = true));
  }

  /** Presses a link or a button with these words. Waits for what comes. */
  async choose(role, name, { within = this.page, first = true } = {}) {
    const found = within.getByRole(role, { name });
    const target = first ? found.first() : found;
    await target.waitFor({ state: 'visible' });
    if (this.hand === 'keyboard') await this.reach(target);
    const navigates = this.page.waitForNavigation({ timeout: 2500 }).catch(() => null);
    if (this.hand === 'mouse') {
      await target.click();
      this.clicks += 1;
    } else {
      await this.press(role === 'checkbox' || role === 'radio' ? 'Space' : 'Enter');
    }
    await navigates;
    await this.ready();
  }

  /** Writes into the text field with this label, after what is there when `after` is set. */
  /** The editor takes the place of its field a moment after the page came; nobody clicks in that very moment. */
  async editorIsThere() {
    if ((await this.page.locator('[data-editor-module]').count()) === 0) return;
    await this.page.locator('.cm-editor').first().waitFor({ timeout: 5000 }).catch(() => {});
  }

  async write(label, text, { after = false, submit = false } = {}) {
    await this.editorIsThere();
    const field = this.page.getByRole('textbox', { name: label }).or(this.page.getByRole('searchbox', { name: label })).first();
    await field.waitFor({ state: 'visible' });
    if (this.hand === 'mouse') {
      await field.click();
      this.clicks += 1;
    } else await this.reach(field);
    const kind = await field.evaluate((e) => e.type ?? '');
    if (/^(date|time|datetime-local)$/.test(kind)) await field.fill(text);
    else if (after) {
      await this.page.keyboard.press('Control+End');
      await this.page.keyboard.type(text);
    } else {
      await this.page.keyboard.press('Control+A');
      await this.page.keyboard.type(text);
    }
    if (submit) {
      const navigates = this.page.waitForNavigation({ timeout: 2500 }).catch(() => null);
      await this.press('Enter');
      await navigates;
      await this.ready();
    }
  }

  /** Takes an entry of a list with this label. */
  async pick(label, entry) {
    const field = this.page.getByLabel(label).first();
    await field.waitFor({ state: 'visible' });
    if (this.hand === 'mouse') {
      const value = await field.evaluate((e, wanted) => [...e.options].find((o) => o.textContent.includes(wanted))?.value, entry);
      await field.selectOption(value);
      this.clicks += 1;
    } else {
      await this.reach(field);
      // Letters jump to the entry, as in every list of the system.
      await this.page.keyboard.type(entry);
      this.keys += 1;
    }
    await this.ready();
  }

  /** Tab until it has focus; on a new page past the menu with the link for that. */
  async reach(target) {
    const there = () => target.evaluate((e) => e === document.activeElement || e.contains(document.activeElement)).catch(() => false);
    if (await there()) return;
    if (this.fresh && (await target.evaluate((e) => e.closest('main') !== null))) {
      const skip = this.page.getByRole('link', { name: 'Skip to content' });
      const before = await this.page.evaluate(() => document.activeElement?.closest('main') !== null && document.activeElement !== document.body);
      if (!before) {
        await this.press('Tab');
        // Some pages have a link to what they are there for before the one past the menu.
        const leads = () => target.evaluate((e) => document.activeElement?.matches('a[href^="#"]:not([href="#main"])') && document.activeElement.hash === `#${e.id}`).catch(() => false);
        if (await leads()) {
          await this.press('Enter');
          this.fresh = false;
          if (await there()) return;
        } else if (await this.page.evaluate(() => document.activeElement?.matches('a.skip:not([href="#main"])'))) await this.press('Tab');
        if (await skip.evaluate((e) => e === document.activeElement).catch(() => false)) await this.press('Enter');
      }
    }
    this.fresh = false;
    for (let i = 0; i < MOST_TABS; i += 1) {
      if (await there()) return;
      await this.press('Tab');
    }
    throw new Error(`${MOST_TABS} presses of Tab did not reach ${target}`);
  }

  async press(key) {
    await this.page.keyboard.press(key);
    this.keys += 1;
  }

  /** Waits until the page stands. */
  async ready() {
    await this.page.waitForLoadState('load');
    await settle(this.page).catch(() => null);
  }

  /** Whether these words can be seen. */
  async sees(text) {
    try {
      await this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: 'visible', timeout: 4000 });
      return true;
    } catch {
      return false;
    }
  }

  /** How much it took. */
  get effort() {
    return this.hand === 'mouse' ? this.clicks : this.keys;
  }
}
