// axe-core on a page as it stands: WCAG 2.0 to 2.2, levels A and AA, and best practices.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** What axe cannot decide and a person looked at: `{ rule, about, target, reason }`, the last three as texts. */
const REVIEWED = JSON.parse(readFileSync(new URL('../reviewed.json', import.meta.url), 'utf8'));

/** The faults axe finds: violations, and what it leaves to a person and nobody has looked at yet. */
export async function axe(page) {
  // The link that skips the menu lies over the top of the page while it has the focus.
  await page.evaluate(() => document.activeElement?.blur?.());
  if (!(await page.evaluate(() => typeof window.axe === 'object'))) await page.evaluate(source);
  const { violations, incomplete } = await page.evaluate(run, { tags: TAGS, hidden: HIDDEN_FROM_AXE });
  const open = incomplete.filter((found) => !REVIEWED.some((entry) => covers(entry, found)));
  return [
    ...violations.map((found) => fault(`axe ${found.rule}`, found)),
    ...open.map((found) => fault(`axe not reviewed: ${found.rule}`, found)),
  ];
}

/** Reviewed entries that no page needs any more cannot be told from one page; the suite gathers these. */
export const usedReviews = new Set();

function covers(entry, found) {
  const yes =
    entry.rule === found.rule &&
    (entry.about === undefined || found.about.includes(entry.about)) &&
    (entry.target === undefined || new RegExp(entry.target).test(found.target));
  if (yes) usedReviews.add(entry);
  return yes;
}

function fault(rule, { target, why, about }) {
  return { rule, selector: target, message: `${why}${about ? ` [${about}]` : ''}` };
}

/** Reasons for which axe leaves a contrast open although nothing but colours lies behind the text. */
const HIDDEN_FROM_AXE = ['bgOverlap', 'elmPartiallyObscured', 'elmPartiallyObscuring', 'shortTextContent', 'outsideViewport', 'bgGradient'];

async function run({ tags, hidden }) {
  const found = await window.axe.run(document, {
    runOnly: { type: 'tag', values: tags },
    resultTypes: ['violations', 'incomplete'],
    preload: false,
  });
  const flat = (results) =>
    results.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => ({
        rule: id,
        target: node.target.flat().join(' '),
        why: `${help}. ${node.html.slice(0, 160)} ${(node.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 300)}`,
        about: [...node.any, ...node.all, ...node.none].map((part) => part.data?.messageKey).filter(Boolean).join(','),
      })),
    );
  // Where a bar or the edge of a scrolling region lies over a text, the colours alone decide.
  const decided = (one) => {
    if (one.rule !== 'color-contrast' || !hidden.includes(one.about)) return undefined;
    const element = document.querySelector(one.target);
    return element ? contrastIsEnough(element) : undefined;
  };
  const incomplete = flat(found.incomplete).map((one) => ({ ...one, enough: decided(one) }));
  return {
    violations: [...flat(found.violations), ...incomplete.filter((one) => one.enough === false)],
    incomplete: incomplete.filter((one) => one.enough === undefined),
  };

  /** `undefined` when an image lies behind. Of a gradient, every colour counts: the text may lie over any of them. */
  function contrastIsEnough(element) {
    const brush = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
    const rgba = (text) => {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = text;
      brush.fillRect(0, 0, 1, 1);
      return [...brush.getImageData(0, 0, 1, 1).data];
    };
    const over = (top, below) => [0, 1, 2].map((i) => (top[i] * top[3]) / 255 + below[i] * (1 - top[3] / 255)).concat(255);
    // From the text down to the first ground that hides what lies below.
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.opacity !== '1' || style.backgroundImage.includes('url(')) return undefined;
      if (style.backgroundImage !== 'none') layers.push((style.backgroundImage.match(/(rgba?|color|oklch|oklab|hsla?)\([^)]*\)|#[0-9a-f]+/gi) ?? []).map(rgba));
      layers.push([rgba(style.backgroundColor)]);
      if (layers.at(-1)[0][3] === 255 || layers.at(-2)?.every((colour) => colour[3] === 255)) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches;
    const grounds = layers.reverse().reduce((below, tops) => below.flatMap((one) => tops.map((top) => over(top, one))), [dark ? [18, 18, 18, 255] : [255, 255, 255, 255]]);
    const style = getComputedStyle(element);
    const light = (colour) => {
      const [r, g, b] = colour.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    return grounds.every((ground) => {
      const [x, y] = [light(over(rgba(style.color), ground)), light(ground)].sort((p, q) => q - p);
      return (x + 0.05) / (y + 0.05) >= needed;
    });
  }
}
