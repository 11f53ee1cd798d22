// Counts checks, gathers failures, and tells them so that one can act on them.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What one check looked at; every part is optional. */
// { page: string, state: string, theme: string, width: number, rule: string, selector: string, message: string }

/** How many checks of a run may pass only at a second look; more of them are failures. */
const MOST_UNSTEADY = 2;

/** The result of a run. */
export class Report {
  /** `out`: folder for screenshots of failures. `grep`: only checks whose name contains it. */
  constructor({ out, grep = '' }) {
    this.out = out;
    this.grep = grep;
    this.passed = 0;
    this.failed = 0;
    this.skipped = 0;
    this.unsteady = 0;
    this.failures = [];
    this.notes = [];
    this.names = new Set();
  }

  /** Whether a check of this name is asked for. */
  wants(name) {
    return name.includes(this.grep);
  }

  /**
   * Runs one check. `work` returns the faults it found (objects as above; an empty list is a pass) or throws.
   * Names are unique, so that a failure can be run again by its name. With `again`, a check that fails is made once
   * more that way, on a fresh load: what a busy machine disturbed is told as unsteady, and only a few may be.
   */
  async check(name, where, work, again) {
    if (!this.wants(name)) return;
    if (this.names.has(name)) throw new Error(`two checks are named “${name}”`);
    this.names.add(name);
    let faults = await found(work);
    if (faults.length > 0 && again && this.unsteady < MOST_UNSTEADY) {
      const second = await found(again);
      if (second.length === 0) {
        this.unsteady += 1;
        this.note(`unsteady: ${name} passed at a second look; at first: ${faults[0].rule}: ${clip(faults[0].message ?? '', 200)}`);
      }
      faults = second;
    }
    if (faults.length === 0) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    const shot = where.shoot ? await this.shoot(name, where.shoot) : undefined;
    const { shoot: _page, ...place } = where;
    for (const fault of faults) this.failures.push({ check: name, shot, ...place, ...fault });
    process.stdout.write(`FAILED ${name}: ${faults.length} found; ${faults[0].rule}: ${clip(faults[0].message ?? '', 160)}\n`);
  }

  /** A suite that did not end as it should: a failure whatever was asked for. */
  broke(name, error) {
    this.failed += 1;
    this.failures.push({ check: name, rule: 'error', message: firstLines(error) });
  }

  /** Something worth telling that is not a failure, such as a measurement. */
  note(text) {
    this.notes.push(text);
  }

  /** A screenshot; its path, or nothing if the page is gone. */
  async shoot(name, page) {
    const file = join(this.out, `${name.replace(/[^\w.-]+/g, '_').slice(0, 120)}.png`);
    mkdirSync(this.out, { recursive: true });
    try {
      await page.screenshot({ path: file, timeout: 5000 });
      return file;
    } catch {
      return undefined;
    }
  }

  /** Every failure, the same fault on several pages, themes and widths told once. */
  tell() {
    const groups = new Map();
    for (const failure of this.failures) {
      const key = [failure.rule, failure.selector, failure.message].join('\u0000');
      groups.set(key, [...(groups.get(key) ?? []), failure]);
    }
    for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
      const [first] = group;
      console.log(`\n✗ ${first.rule ?? 'check'}: ${clip(first.message ?? '', 700)}`);
      if (first.selector) console.log(`  at       ${clip(first.selector, 300)}`);
      for (const line of places(group)) console.log(`  on       ${line}`);
      console.log(`  check    ${first.check}`);
      if (first.shot) console.log(`  picture  ${first.shot}`);
    }
    for (const note of this.notes) console.log(`note: ${note}`);
  }

  /** The last line; `cargo xtask test` reads it. */
  summary() {
    const word = this.failed === 0 && this.passed > 0 ? 'ok' : 'FAILED';
    return `browser result: ${word}. ${this.passed} passed; ${this.failed} failed; ${this.skipped} skipped`;
  }
}

async function found(work) {
  try {
    return (await work()) ?? [];
  } catch (error) {
    return [{ rule: 'error', message: firstLines(error) }];
  }
}

/** Where a fault was seen: one line per page and state, with its themes and widths. */
function places(group) {
  const pages = new Map();
  for (const { page, state, theme, width } of group) {
    const key = [page, state].filter(Boolean).join(' · ');
    const combos = pages.get(key) ?? new Set();
    const combo = [theme, width].filter(Boolean).join(' ');
    if (combo) combos.add(combo);
    pages.set(key, combos);
  }
  const lines = [...pages].map(([key, combos]) => `${key} ${combos.size ? `(${[...combos].join(', ')})` : ''}`);
  return lines.length > 8 ? [...lines.slice(0, 8), `… and ${lines.length - 8} more`] : lines;
}

function firstLines(error) {
  return String(error?.stack ?? error).split('\n').slice(0, 6).join(' | ');
}

function clip(text, most) {
  return text.length > most ? `${text.slice(0, most)} …` : text;
}
