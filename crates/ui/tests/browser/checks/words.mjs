// Words of version control have no place outside the engineer drawer and outside what users wrote.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whole words, in any case. */
export const FORBIDDEN = [
  'commits?', 'committ?(ed|ing)', 'branch(es|ed)?', 'merg(e|es|ed|ing)', 'repositor(y|ies)', 'repos?', 'sha(-?\\d+)?', 'hash(es|ed)?',
  'digests?', 'pull requests?', 'push(es|ed|ing)?', 'diffs?', 'roll(s|ed|ing)?[ -]?backs?', 'fragments?', 'generations?',
  'slots?', 'artifacts?', 'deploy(s|ed|ing|ment|ments)?', 'yank(s|ed|ing)?', 'bump(s|ed|ing)?', 'rebas(e|ed|ing)',
  'cherry[ -]?pick(s|ed)?', 'git', 'HEAD', 'upstream', 'stash(ed)?',
];
const PATTERN = new RegExp(`(?<![\\p{L}\\p{N}_-])(${FORBIDDEN.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');

/** The forbidden words in a text. `HEAD` counts in capitals only. */
export function forbidden(text) {
  return [...text.matchAll(PATTERN)].map((found) => found[0]).filter((word) => word.toUpperCase() !== 'HEAD' || word === 'HEAD');
}

/** A message's key where its words should be. */
const AREAS = readdirSync(new URL('../../../words/en/', import.meta.url)).map((file) => file.replace('.ftl', ''));
const KEY = new RegExp(`^(${AREAS.join('|')})(-[a-z0-9_]+)+$`);

/** The faults of a page: every text and every spoken name outside `.drawer` and `[data-user]`. */
export async function wordFaults(page) {
  const texts = await page.evaluate(collect);
  return texts.flatMap(({ text, selector }) => [
    ...forbidden(text).map((word) => ({ rule: 'word list', selector, message: `“${word}” in “${text.slice(0, 120)}”` })),
    ...(KEY.test(text) ? [{ rule: 'missing words', selector, message: text }] : []),
  ]);
}

/** The faults of the message catalogue, whether or not a page shows the message. */
export function catalogueFaults(folder) {
  const faults = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ftl') && file !== 'drawer.ftl')) {
    let key = '';
    readFileSync(join(folder, name), 'utf8').split('\n').forEach((line, index) => {
      const begin = /^(-?[a-zA-Z][\w-]*)\s*=/.exec(line);
      if (begin) key = begin[1];
      if (line.startsWith('#') || key.startsWith('drawer-') || /(^|-)drawer(-|$)/.test(key)) return;
      // Names of messages, variables and selectors are not shown.
      const shown = line.replace(/^-?[a-zA-Z][\w-]*\s*=/, '').replace(/\{\s*[-$A-Za-z][^}"]*?(\}|->|$)/g, ' ').replace(/^\s*\*?\[[^\]]*\]/, '').replace(/^\s*\.[\w-]+\s*=/, '');
      for (const word of forbidden(shown)) faults.push({ rule: 'word list', page: `${name}:${index + 1}`, message: `“${word}” in the message ${key}` });
    });
  }
  return faults;
}

function collect() {
  const spared = '.drawer, [data-user], script, style, template';
  const texts = [{ text: document.title.split(' · ').slice(-1)[0], selector: 'title' }];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || node.parentElement.closest(spared)) continue;
    texts.push({ text: node.data.trim().replace(/\s+/g, ' '), selector: window.__path(node.parentElement) });
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt], [aria-description], input[type=submit]')) {
    if (element.closest(spared)) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) {
      const text = element.getAttribute(name);
      if (text) texts.push({ text, selector: `${window.__path(element)}[${name}]` });
    }
  }
  return texts;
}
