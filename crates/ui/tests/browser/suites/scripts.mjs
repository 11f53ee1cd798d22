// The pages' own scripts, each behaviour alone on a small page: `js/*.mjs`, run by Node's test runner.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../js/', import.meta.url));

/** Runs them and counts each of their tests as a check. */
export async function scripts({ report }) {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs')).map((name) => `${FOLDER}${name}`);
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  let failing = null;
  const results = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^\s*(not )?ok \d+ - (.*?)( # .*)?$/.exec(line);
    if (found) {
      failing = found[1] ? { name: found[2], told: [] } : null;
      if (!found[2].startsWith('/')) results.push({ name: found[2], failing });
    } else failing?.told.push(line.trim());
  }
  for (const { name, failing: failed } of results) {
    await report.check(`scripts ${name}`, {}, () => (failed ? [{ rule: 'script', message: failed.told.slice(0, 30).join(' ') }] : []));
  }
  await report.check('scripts were tested', {}, () => (results.length > 0 ? [] : [{ rule: 'scripts', message: 'no test ran' }]));
}
