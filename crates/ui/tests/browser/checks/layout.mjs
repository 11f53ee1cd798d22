// How a page lies at a width: no sideways scroll, large enough targets, room for larger and wider text.

import { settle } from '../lib/browser.mjs';

/** Faults that any width may show. */
export function layoutFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const wide = document.scrollingElement.clientWidth;
    const over = document.scrollingElement.scrollWidth - wide;
    if (over > 0) {
      const scrolls = (element) => {
        for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
          if (getComputedStyle(at).overflowX !== 'visible') return true;
        }
        return false;
      };
      const culprit = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > wide + 0.5 && !scrolls(e)).pop();
      faults.push({ rule: 'sideways scroll', message: 'the page is wider than the window', selector: culprit && window.__path(culprit) });
    }

    // Our own short words are never broken in the middle; long ones, and what users wrote, may be.
    const unseen = (holder) => {
      for (let at = holder; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.clipPath.startsWith('inset(') || (style.clip !== 'auto' && style.position === 'absolute')) return true;
      }
      return false;
    };
    // A name such as `disqualify_min_confidence` has no better place to break than its middle.
    const LONG_TOKEN = 16;
    const tokenAround = (text, at) => {
      const start = text.slice(0, at).search(/\S*$/u);
      return text.slice(start).match(/^\S*/u)[0];
    };
    const range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement;
      if (holder.closest('[data-user], pre, code, .mono, textarea, script, style, .vh, bdi') || !holder.checkVisibility() || unseen(holder)) continue;
      for (const word of node.data.matchAll(/[\p{L}]{2,14}/gu)) {
        if (tokenAround(node.data, word.index).length >= LONG_TOKEN) continue;
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const rows = new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)));
        if (rows.size > 1) {
          faults.push({ rule: 'broken word', message: `“${word[0]}” stands on ${rows.size} lines`, selector: window.__path(holder) });
          break;
        }
      }
    }

    // WCAG 2.5.8: 24 by 24, or so far from the next target that circles of 24 do not touch. Links in text are excepted.
    const interactive = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=checkbox], [role=menuitem], [role=option], [tabindex="0"]:not([role=region])';
    const seen = (e) => {
      const box = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      if (style.visibility !== 'visible' || style.pointerEvents === 'none' || e.disabled) return false;
      if (style.clip !== 'auto' && style.position === 'absolute') return false;
      if (style.clipPath.startsWith('inset(50%')) return false;
      return box.width > 0 && box.height > 0 && box.right > 0 && box.bottom + scrollY > 0 && e.checkVisibility();
    };
    const inText = (e) => {
      if (getComputedStyle(e).display !== 'inline') return false;
      const block = e.parentElement.closest('p, li, td, th, dd, dt, span, div, h1, h2, h3, figcaption, label, legend, caption') ?? e.parentElement;
      return block.textContent.trim().length > e.textContent.trim().length + 2;
    };
    const targets = [...document.querySelectorAll(interactive)].filter(seen).map((e) => {
      let box = e.getBoundingClientRect();
      // A label that belongs to a box or a dot is part of its target.
      if (e.matches('input[type=checkbox], input[type=radio]')) {
        for (const label of e.labels ?? []) {
          const other = label.getBoundingClientRect();
          const left = Math.min(box.left, other.left), top = Math.min(box.top, other.top);
          box = new DOMRect(left, top, Math.max(box.right, other.right) - left, Math.max(box.bottom, other.bottom) - top);
        }
      }
      return { e, box, small: box.width < 23.9 || box.height < 23.9 };
    });
    const centre = ({ box }) => [box.left + box.width / 2, box.top + box.height / 2];
    for (const target of targets) {
      if (!target.small || inText(target.e)) continue;
      const [x, y] = centre(target);
      const near = targets.find((other) => {
        if (other === target || other.e.contains(target.e) || target.e.contains(other.e)) return false;
        if (other.small) {
          const [ox, oy] = centre(other);
          return Math.hypot(ox - x, oy - y) < 24;
        }
        const dx = Math.max(other.box.left - x, 0, x - other.box.right);
        const dy = Math.max(other.box.top - y, 0, y - other.box.bottom);
        return Math.hypot(dx, dy) < 12;
      });
      const size = `${Math.round(target.box.width)}×${Math.round(target.box.height)}`;
      if (near) faults.push({ rule: 'target size', message: `${size} px and close to another target (“${near.e.textContent.trim().slice(0, 30)}”)`, selector: window.__path(target.e) });
    }
    return faults;
  });
}

const SPACING = ['text spacing', '*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}'];
const DOUBLE = ['text of 200 %', 'html{font-size:200%!important}'];

/** Faults under the text spacing of WCAG 1.4.12, and on wide windows with text of twice the size (1.4.4). */
export async function textFaults(page, width) {
  const before = await page.evaluate(clipped);
  const over = () => page.evaluate(() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
  const was = await over();
  const faults = [];
  for (const [rule, css] of width > 1000 ? [SPACING, DOUBLE] : [SPACING]) {
    const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    await style(page, css);
    if (was <= 0 && (await over()) > 0) faults.push({ rule, message: 'the page becomes wider than the window' });
    const now = await page.evaluate(clipped);
    for (const selector of now.filter((one) => !before.includes(one))) faults.push({ rule, message: 'text is cut off', selector });
    const grown = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    if (rule === DOUBLE[0] && grown < size * 1.9) faults.push({ rule, message: 'the text does not grow with the reader’s setting' });
    await style(page, '');
  }
  return faults;
}

/** Faults in forced colours and with reduced motion; the context asks for the latter all the time. */
export async function modeFaults(page) {
  const faults = [];
  await page.emulateMedia({ forcedColors: 'active' });
  faults.push(
    ...(await page.evaluate(() => {
      const found = [];
      const line = (e, side) => getComputedStyle(e)[`border${side}Style`] !== 'none' && parseFloat(getComputedStyle(e)[`border${side}Width`]) > 0;
      const framed = (e) => ['Top', 'Bottom', 'Left', 'Right'].some((side) => line(e, side)) || getComputedStyle(e).outlineStyle !== 'none';
      const decorated = (e) => framed(e) || getComputedStyle(e).textDecorationLine !== 'none';
      const shown = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
      for (const e of shown('button, input:not([type=hidden], [type=checkbox], [type=radio], [type=file], [type=range]), select, textarea')) {
        if (!decorated(e)) found.push({ rule: 'forced colours', message: 'a control has no edge', selector: window.__path(e) });
      }
      for (const e of shown('ins, del, mark')) if (!decorated(e)) found.push({ rule: 'forced colours', message: 'a mark is told by colour alone', selector: window.__path(e) });
      return found;
    })),
  );
  await page.emulateMedia({ forcedColors: 'none' });
  await settle(page);
  faults.push(
    ...(await page.evaluate(() => {
      const found = [];
      const seconds = (list) => Math.max(...list.split(',').map((one) => parseFloat(one) * (one.trim().endsWith('ms') ? 0.001 : 1)));
      for (const e of document.querySelectorAll('body *')) {
        const style = getComputedStyle(e);
        if (style.animationName !== 'none' && seconds(style.animationDuration) > 0.01) found.push({ rule: 'reduced motion', message: 'something moves', selector: window.__path(e) });
        else if (style.transitionProperty !== 'none' && seconds(style.transitionDuration) > 0.01) found.push({ rule: 'reduced motion', message: 'a change is drawn out', selector: window.__path(e) });
        if (found.length > 5) break;
      }
      return found;
    })),
  );
  return faults;
}

/** Replaces the harness's own style sheet; one made by a script is not subject to the page's policy. */
async function style(page, css) {
  await page.evaluate((text) => {
    window.__sheet ??= new CSSStyleSheet();
    if (!document.adoptedStyleSheets.includes(window.__sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, window.__sheet];
    window.__sheet.replaceSync(text);
  }, css);
  await settle(page);
}

/** The elements whose text is cut off. */
function clipped() {
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.clientWidth < 4 || e.clientHeight < 4 || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    if (!/hidden|clip/.test(style.overflowX + style.overflowY) || e.tagName === 'SVG' || e.ownerSVGElement) continue;
    if (e.matches('input, textarea, select')) continue;
    const down = /hidden|clip/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 2;
    const across = /hidden|clip/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 2;
    if ((down || across) && e.textContent.trim()) found.push(window.__path(e));
  }
  return found;
}
