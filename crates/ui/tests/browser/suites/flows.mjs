// What people come for, done by what they can see: by mouse, by keyboard alone, and without JavaScript.

import { faults } from '../lib/browser.mjs';
import { Person } from '../lib/person.mjs';
import { PROJECT } from '../lib/seed.mjs';

/** The exact instructions are part of the answer, and may be long. */
const MOST_PAPER = 6;

const WAYS = [
  { way: 'mouse', hand: 'mouse', javaScript: true },
  { way: 'keyboard', hand: 'keyboard', javaScript: true },
  { way: 'no JavaScript', hand: 'mouse', javaScript: false },
  { way: 'telephone', hand: 'mouse', javaScript: true, width: 390, touch: true },
];

/** Runs every flow in every way, each on the state that the one before left. */
export async function flows(world) {
  for (const it of WAYS) {
    await one(world, it, 'marketer', 'releaser', marketer);
    await one(world, it, 'on call', 'rollback_owner', onCall);
    await one(world, it, 'compliance', 'auditor', compliance);
  }
  for (const line of told) world.report.note(line);
}

async function one(world, { way, hand, javaScript, width, touch }, who, role, story) {
  const name = `flow ${who}, ${way}`;
  if (!world.report.wants(name)) return;
  const server = await world.server('flows');
  const made = await world.context('flows', role, { javaScript, width, touch });
  const page = await made.newPage();
  const person = new Person(page, hand);
  await world.report.check(name, { page: who, shoot: page }, async () => {
    await page.goto(`/p/${PROJECT}`);
    await person.ready();
    const found = await story({ person, page, server, way });
    return [...(found ?? []), ...faults(made)];
  });
  await made.close();
}

/** Finds a prompt, changes a sentence, sees it rendered, publishes it, and releases it to development. */
async function marketer({ person, page, way, server }) {
  const sentence = `Answer kindly, and in the words of the customer (${way}).`;
  const bad = [];
  // On a telephone the menu opens first.
  await openMenu(person);
  await person.choose('link', 'Library');
  await person.write('Find prompts and shared texts', 'outreach', { submit: true });
  await person.choose('link', /outreach/i, { within: page.getByRole('table') });
  await person.choose('link', 'Change the wording');
  await person.write(/^Text/, `\n${sentence}`, { after: true });
  await person.write('Why this change?', `A kinder tone, ${way}.`);
  await person.choose('button', 'Check and preview');
  const preview = page.getByLabel('What the model reads').filter({ hasText: sentence });
  if (!(await preview.first().waitFor({ timeout: 5000 }).then(() => true, () => false))) bad.push({ rule: 'marketer', message: 'the new sentence is not in the preview' });
  await person.choose('button', /Review and publish/);
  if (!(await person.sees('What changes, word by word'))) bad.push({ rule: 'marketer', message: 'the change is not shown before it is published' });
  await person.choose('button', /^Publish version/);
  await person.choose('link', /Release to development/);
  await release(person);
  const live = await server.api('GET', `/projects/${PROJECT}/releases?environment=development&limit=1`);
  if (!JSON.stringify(live.items[0]).includes('outreach')) bad.push({ rule: 'marketer', message: 'the newest release to development is another one' });
  effort('marketer', way, person, bad, 0);
  return bad;
}

/** From the choice of versions to the button that releases them. */
async function release(person) {
  const main = person.page.getByRole('main');
  for (let step = 0; step < 3; step += 1) {
    if (await main.getByRole('button', { name: /^Release/ }).count()) {
      if (!(await person.sees(/What changes/))) throw new Error('the button that releases stands on a page that does not show what changes');
      return person.choose('button', /^Release/, { within: main });
    }
    await person.choose('button', /^Look at what changes/, { within: main });
  }
  throw new Error('three steps did not lead to a button that releases');
}

/** Goes back from the bad release in at most two clicks from the environment's page. */
async function onCall({ person, page, server, way }) {
  const bad = [];
  const before = (await server.api('GET', `/projects/${PROJECT}/environments/production`)).generation;
  // Something to go back from.
  await page.goto(`/p/${PROJECT}/env/production`);
  await person.ready();
  const from = person.effort;
  await person.choose('link', /^Go back/, { within: page.getByRole('main') });
  await person.choose('button', /^Go back/, { within: page.getByRole('main') });
  const after = (await server.api('GET', `/projects/${PROJECT}/environments/production`)).generation;
  if (after !== before + 1) bad.push({ rule: 'on call', message: `production went from ${before} to ${after}` });
  const took = person.effort - from;
  if (person.hand === 'mouse' && took > 2) bad.push({ rule: 'on call', message: `it took ${took} clicks; at most 2 are promised` });
  if (person.hand === 'keyboard' && took > 6) bad.push({ rule: 'on call', message: `it took ${took} keys; at most 6 are promised` });
  effort('going back', way, person, bad, from);
  return bad;
}

/** Asks what ran, in at most four clicks, and prints the answer. */
async function compliance({ person, page, way }) {
  const bad = [];
  const from = person.clicks;
  await openMenu(person);
  await person.choose('link', 'Time machine');
  const at = new Date();
  const two = (n) => String(n).padStart(2, '0');
  await fill(page, /^Date/, `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`);
  await fill(page, /^Time(?! zone)/, `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`);
  await fill(page, /^Time zone/, 'UTC');
  await page.getByLabel(/^Environment/).selectOption('production');
  await fill(page, /^Prompt/, 'sales/qualify-lead');
  await person.choose('button', 'Show what was live');
  if (!(await person.sees(/production served sales\/qualify-lead/))) bad.push({ rule: 'compliance', message: 'the answer does not say what was served' });
  if (!(await person.sees('The exact instructions'))) bad.push({ rule: 'compliance', message: 'the answer does not show the instructions' });
  const clicks = person.clicks - from;
  if (person.hand === 'mouse' && clicks > (way === 'telephone' ? 4 : 3)) bad.push({ rule: 'compliance', message: `it took ${clicks} clicks and a print; at most 4 are promised` });
  bad.push(...(await printed(page)));
  effort('asking what ran', way, person, bad, 0);
  return bad;
}

/** Typing into fields is no click. */
async function fill(page, label, value) {
  await page.getByLabel(label).first().fill(value);
}

/** On paper the answer and its proof's entry stand on the first page, without the menu; the instructions follow. */
async function printed(page) {
  const bad = [];
  const pdf = await page.pdf({ format: 'A4' });
  const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length;
  if (pages < 1 || pages > MOST_PAPER) bad.push({ rule: 'print', message: `the answer prints on ${pages} pages` });
  told.push(`the answer prints on ${pages} pages`);
  const size = page.viewportSize();
  await page.emulateMedia({ media: 'print' });
  // A4 without margins, in CSS pixels.
  await page.setViewportSize({ width: 718, height: 1040 });
  const text = await page.evaluate(() => document.body.innerText);
  for (const wanted of ['production', 'qualify-lead', 'Entry', 'UTC', 'The exact instructions']) if (!text.includes(wanted)) bad.push({ rule: 'print', message: `“${wanted}” is not on paper` });
  const answer = await page.getByText(/production served/).first().boundingBox();
  if (!answer || answer.y + answer.height > 1040) bad.push({ rule: 'print', message: 'the answer is not on the first page' });
  if (await page.getByRole('navigation', { name: 'Main' }).isVisible()) bad.push({ rule: 'print', message: 'the menu is printed' });
  await page.emulateMedia({ media: null });
  await page.setViewportSize(size);
  return bad;
}

async function openMenu(person) {
  const menu = person.page.getByRole('link', { name: 'Menu', exact: true });
  if (await menu.isVisible()) await person.choose('link', 'Menu');
}

/** What each flow took, for the report. */
const told = [];
function effort(what, way, person, bad, from) {
  if (bad.length === 0) told.push(`${what}, ${way}: ${person.effort - from} ${person.hand === 'mouse' ? 'clicks' : 'keys'}`);
}
