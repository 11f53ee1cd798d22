// The keyboard's way through a page: every stop is seen, strong enough, in view and never covered.

/** Walks with Tab, at most `most` stops, and says where the way ends or turns in a circle too early. */
export async function tabFaults(page, most = 60) {
  const faults = [];
  await page.evaluate(() => {
    document.activeElement?.blur?.();
    window.getSelection()?.removeAllRanges();
    window.scrollTo(0, 0);
  });
  const expected = await page.evaluate(stops);
  const reached = [];
  for (let press = 0; press < Math.min(most, expected.length + 3); press += 1) {
    await page.keyboard.press('Tab');
    let at = await page.evaluate(here);
    // Day, month and year of a date are stops of their own within one element.
    for (let part = 0; part < 8 && at?.parts && at.number === reached.at(-1); part += 1) {
      await page.keyboard.press('Tab');
      at = await page.evaluate(here);
    }
    if (at === null) break;
    if (reached.includes(at.number)) {
      if (reached[0] !== at.number && reached.at(-1) === at.number) faults.push({ rule: 'keyboard trap', message: 'Tab does not leave this element', selector: at.selector });
      break;
    }
    reached.push(at.number);
  }
  if (expected.length > 0 && reached.length === 0) faults.push({ rule: 'keyboard', message: 'Tab reaches nothing' });
  const missed = expected.slice(0, Math.min(most, expected.length)).filter((one) => !reached.includes(one.number));
  if (reached.length < Math.min(most, expected.length)) {
    for (const one of missed.slice(0, 5)) faults.push({ rule: 'keyboard', message: 'Tab does not reach this element', selector: one.selector });
  }
  await page.evaluate(() => {
    document.activeElement?.blur?.();
    window.scrollTo(0, 0);
  });
  return faults;
}

/** Focuses every stop in turn, as the keyboard would, and looks at the ring and at what lies above it. */
export async function ringFaults(page) {
  // After a key, the browser shows focus that a script moves as it shows the keyboard's own.
  await page.keyboard.press('Tab');
  // The key may take effect after the press was answered; a focus that moves later would disturb what follows.
  await page.waitForFunction(() => document.activeElement !== document.body, undefined, { timeout: 2000 }).catch(() => undefined);
  return page.evaluate(rings);
}

/** The elements that Tab should reach, numbered in the order of the document. */
function stops() {
  const candidates = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]';
  const groups = new Set();
  const found = [];
  [...document.querySelectorAll(candidates)].forEach((e) => {
    if (e.tabIndex < 0 || e.disabled || e.closest('[inert]') || !e.checkVisibility({ visibilityProperty: true })) return;
    if (e.tagName === 'SUMMARY' && e.parentElement?.tagName !== 'DETAILS') return;
    if (e.type === 'radio') {
      const key = `${e.form?.id ?? ''}/${e.name}`;
      const chosen = document.querySelector(`input[type=radio][name="${CSS.escape(e.name)}"]:checked`);
      if (groups.has(key) || (chosen && chosen !== e && chosen.form === e.form)) return;
      groups.add(key);
    }
    e.__stop = found.length;
    found.push({ number: found.length, selector: window.__path(e) });
  });
  return found;
}

function here() {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  window.__stops ??= 100000;
  e.__stop ??= window.__stops++;
  return { number: e.__stop, selector: window.__path(e, 3), parts: /^(date|time|datetime-local|month|week)$/.test(e.type ?? '') };
}

function rings() {
  const faults = [];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  const rgba = (text) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = '#000';
    brush.fillStyle = text;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, below) => {
    const a = top[3] / 255;
    return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)).concat(255);
  };
  const background = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 255) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches;
    return layers.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18, 255] : [255, 255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const look = (e) => {
    const s = getComputedStyle(e);
    return { outline: `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}`, shadow: s.boxShadow, border: `${s.borderTopWidth} ${s.borderTopColor} ${s.borderTopStyle}` };
  };
  const strong = (e, before) => {
    const s = getComputedStyle(e);
    const around = background(e.parentElement ?? e);
    const behind = parseFloat(s.outlineOffset) < 0 ? background(e) : around;
    if (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1.9) {
      // The browser's own two-coloured ring is strong on any ground.
      if (s.outlineStyle === 'auto') return { ok: true };
      const is = contrast(over(rgba(s.outlineColor), behind), behind);
      return { ok: is >= 3, is };
    }
    const now = look(e);
    if (now.shadow !== before.shadow && now.shadow !== 'none') {
      const colour = /^(\w+\([^)]*\)|#\w+|\w+)/.exec(now.shadow)?.[0] ?? '';
      const is = contrast(over(rgba(colour), around), around);
      return { ok: is >= 3, is };
    }
    if (now.border !== before.border && parseFloat(s.borderTopWidth) >= 1.9) {
      const is = contrast(over(rgba(s.borderTopColor), around), around);
      return { ok: is >= 3, is };
    }
    return { ok: false };
  };
  const bar = (e) => {
    for (let at = e; at && at !== document.documentElement; at = at.parentElement) {
      if (['fixed', 'sticky'].includes(getComputedStyle(at).position)) return at;
    }
    return null;
  };
  const candidates = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const elements = [...document.querySelectorAll(candidates)].filter(
    (e) => e.tabIndex >= 0 && !e.disabled && !e.closest('[inert]') && e.checkVisibility({ visibilityProperty: true }) && !(e.tagName === 'SUMMARY' && e.parentElement?.tagName !== 'DETAILS'),
  );
  document.activeElement?.blur();
  for (const e of elements) {
    const before = look(e);
    e.focus();
    if (document.activeElement !== e) {
      if (!e.matches('[tabindex="-1"]')) faults.push({ rule: 'focus', message: 'the element does not take focus', selector: window.__path(e) });
      continue;
    }
    // A choice shown as a card may carry the ring for its input, and a region for what it holds.
    let ring = strong(e, before);
    for (let holder = e.parentElement, up = 0; !ring.ok && holder && up < 3; holder = holder.parentElement, up += 1) {
      if (holder.matches(':has(:focus-visible)') && getComputedStyle(holder).outlineStyle !== 'none') ring = strong(holder, { shadow: '', border: '' });
    }
    if (!ring.ok) {
      const why = ring.is === undefined ? 'focus is not shown' : `the ring has a contrast of ${ring.is.toFixed(1)}, and 3 is needed`;
      faults.push({ rule: 'focus visible', message: why, selector: window.__path(e) });
    }
    const box = e.getBoundingClientRect();
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) {
      faults.push({ rule: 'focus in view', message: 'the focused element lies outside the window', selector: window.__path(e) });
      continue;
    }
    if (box.width < 2 || box.height < 2) continue;
    for (const [fx, fy] of [[0.5, 0.5], [0.1, 0.15], [0.9, 0.15], [0.1, 0.85], [0.9, 0.85]]) {
      const x = box.left + box.width * fx, y = box.top + box.height * fy;
      if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
      const top = document.elementFromPoint(x, y);
      if (!top || top === e || e.contains(top) || top.contains(e)) continue;
      const above = bar(top);
      const tall = box.height > innerHeight * 0.6;
      if (above && !above.contains(e) && !(tall && fy !== 0.5)) {
        faults.push({ rule: 'focus covered', message: `a bar (${window.__path(above)}) lies over the focused element`, selector: window.__path(e) });
        break;
      }
    }
  }
  document.activeElement?.blur?.();
  window.scrollTo(0, 0);
  return faults;
}
