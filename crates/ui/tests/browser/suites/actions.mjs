// Every action that is no part of a longer flow, done once by what is on the page: it works, and says what it did.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { faults, settle } from '../lib/browser.mjs';
import { PROJECT } from '../lib/seed.mjs';

const EXAMPLES = fileURLToPath(new URL('../../../../../examples/acme/', import.meta.url));

/** What is done: its name, on which state's server, where it begins, and how. The words are those on the page. */
const ACTIONS = [
  ['settings: colours and zone', 'flows', '/settings', async ({ page }) => {
    await page.getByLabel('Colours').selectOption({ label: 'Dark' });
    await page.getByLabel(/Time zone/).fill('Asia/Tokyo');
    await press(page, 'Keep these settings');
    await page.locator('html[data-theme=dark]').waitFor();
    if (!/Asia\/Tokyo/.test(await page.getByRole('main').innerText()) && (await page.getByLabel(/Time zone/).inputValue()) !== 'Asia/Tokyo') throw new Error('the zone was not kept');
  }],
  ['settings: end another session', 'flows', '/settings', async ({ page, world }) => {
    await world.signIn('flows', 'admin');
    await page.reload();
    await press(page, /^End/);
    await sees(page, 'The session has ended');
  }],
  ['access: give and take', 'flows', '/settings/access', async ({ page }) => {
    await page.getByLabel(/^For whom/).fill('Mara, for one test');
    await page.getByLabel('Reader').check();
    await press(page, 'Make the token');
    await sees(page, 'This is the token for');
    await page.goto('/settings/access');
    await page.getByRole('row', { name: /Mara, for one test/ }).getByRole('link', { name: /Take away/ }).click();
    await press(page, /Take access away from/);
    await sees(page, 'Access was taken away');
  }],
  ['projects: a new one', 'flows', '/projects', async ({ page }) => {
    await page.getByLabel(/^Name/).fill('second-project');
    await press(page, 'Create the project');
    await page.waitForURL(/\/p\/second-project/);
  }],
  ['welcome: the sample', 'new', '/welcome', async ({ page }) => {
    await page.getByLabel(/^Name of the project/).first().fill('sample');
    await press(page, 'Make the sample project');
    await page.waitForURL(/\/p\/sample/, { timeout: 30_000 });
  }],
  ['welcome: import of one prompt', 'new', '/welcome', async ({ page }) => {
    await page.getByText('Choose single files instead').click();
    const folder = join(EXAMPLES, 'prompts/sales/opt-out');
    await page.getByLabel(/^Name of the project/).last().fill('imported');
    await page.getByLabel(/^Files of one prompt/).setInputFiles(readdirSync(folder).map((name) => ({ name, mimeType: 'text/plain', buffer: readFileSync(join(folder, name)) })));
    await page.getByLabel(/^Name of this prompt/).fill('sales/opt-out');
    await press(page, 'Check and import');
  }],
  ['welcome: import of a folder', 'new', '/welcome', async ({ page }) => {
    await page.getByLabel(/^Name of the project/).last().fill('folder');
    await page.getByLabel(/^Folder/).setInputFiles(EXAMPLES);
    await press(page, 'Check and import');
    await page.waitForURL(/\/p\/folder/, { timeout: 30_000 });
  }],
  ['environment: a new one', 'flows', `/p/${PROJECT}/env`, async ({ page }) => {
    const more = page.getByText('Add an environment').first();
    if (!(await page.getByLabel(/^Name/).first().isVisible())) await more.click();
    await page.getByLabel(/^Name/).first().fill('canary');
    await press(page, 'Add the environment');
    await sees(page, 'canary');
  }],
  ['environment: rules', 'flows', `/p/${PROJECT}/env/development/rules`, async ({ page }) => {
    await page.getByLabel('Only final versions').check();
    await press(page, 'Save the rules');
    await sees(page, 'The rules are saved');
  }],
  ['version: withdraw and reinstate', 'flows', `/p/${PROJECT}/version/1.0.0/prompt/support/triage`, async ({ page }) => {
    await page.getByRole('link', { name: /^Withdraw/ }).click();
    await page.getByLabel(/^Reason/).fill('Only for this test.');
    await press(page, /^Withdraw version/);
    await sees(page, 'This version is withdrawn');
    await page.getByRole('link', { name: /^Reinstate/ }).click();
    await page.getByLabel(/^Reason/).fill('The test is over.');
    await press(page, /^Reinstate version/);
    await page.getByText('This version is withdrawn').waitFor({ state: 'hidden' });
  }],
  ['edit: save and discard a draft', 'flows', `/p/${PROJECT}/edit/prompt/support/answer`, async ({ page }) => {
    await page.getByLabel('Why this change?').fill('Never to be published.');
    await press(page, 'Save draft');
    await sees(page, 'Draft saved');
    await page.reload();
    if ((await page.getByLabel('Why this change?').inputValue()) !== 'Never to be published.') throw new Error('the draft was not kept');
    await press(page, 'Discard the draft');
  }],
  ['edit: a draft is kept while writing', 'flows', `/p/${PROJECT}/edit/prompt/tutor/check-answer`, async ({ page }) => {
    const kept = page.waitForResponse((answer) => answer.url().includes('/edit-draft/') && answer.status() === 200, { timeout: 15_000 });
    await page.getByLabel(/^Title/).pressSequentially(' now');
    await kept;
    await sees(page, /Draft saved/);
  }],
  ['edit: the preview follows', 'flows', `/p/${PROJECT}/edit/prompt/support/triage`, async ({ page }) => {
    await page.locator('.cm-editor').first().waitFor();
    const preview = page.waitForResponse((response) => response.url().includes('/edit-preview/'), { timeout: 15_000 });
    await page.getByLabel('Why this change?').fill('To see the preview.');
    const text = page.getByRole('textbox', { name: /Text|Message/ }).first();
    await text.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Seen at once.');
    if ((await preview).status() !== 200) throw new Error('the preview failed');
    await page.getByText('Seen at once.').last().waitFor();
    await press(page, 'Save draft');
  }],
  ['ledger: check', 'flows', `/p/${PROJECT}/ledger`, async ({ page }) => {
    await press(page, 'Check the whole ledger');
    await sees(page, 'What was checked');
  }],
  ['time machine: the proof is a file', 'flows', `/p/${PROJECT}/time-machine?date=2036-03-15&time=14:47:00&zone=UTC&env=production&prompt=sales/qualify-lead`, async ({ page }) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download proof' }).click()]);
    if (!(await file.suggestedFilename())) throw new Error('the proof has no name');
  }],
  ['palette: finds a prompt by keys', 'flows', `/p/${PROJECT}/library`, async ({ page }) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('searchbox').or(page.getByRole('dialog').getByRole('combobox')).fill('qualify');
    const found = page.getByRole('dialog').getByRole('option', { name: /qualify/i }).or(page.getByRole('dialog').getByRole('link', { name: /qualify/i }));
    await found.first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('dialog').locator('[aria-selected=true]').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/qualify-lead/);
  }],
  ['blocked: a reader is told what is missing and who can', 'flows', `/p/${PROJECT}/env/production`, async ({ page }) => {
    await sees(page, /You may not/);
    await sees(page, /Who can:/);
  }, 'viewer'],
];

/** Does each of them. */
export async function actions(world) {
  for (const [name, state, address, work, role = 'admin'] of ACTIONS) {
    if (!world.report.wants(`action ${name}`)) continue;
    const made = await world.context(state, role);
    const page = await made.newPage();
    await world.report.check(`action ${name}`, { page: address, shoot: page }, async () => {
      await page.goto(address);
      await settle(page);
      await work({ page, world });
      return faults(made);
    });
    await made.close();
  }
}

/** Presses a button of the content and waits for what comes. */
async function press(page, name) {
  await page.getByRole('main').getByRole('button', { name }).first().click();
  await page.waitForLoadState('load');
  await settle(page).catch(() => null);
}

function sees(page, text) {
  return page.getByText(text).first().waitFor({ state: 'visible' });
}
