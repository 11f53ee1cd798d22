// Hostile text in every field: no script runs, nothing is loaded from elsewhere, nothing hides, nothing breaks the page.

import { documentsFaults, structureFaults } from '../checks/hostile.mjs';
import { layoutFaults } from '../checks/layout.mjs';
import { ATTACKS, everything } from '../hostile/corpus.mjs';
import { faults, noted, short, visit } from '../lib/browser.mjs';
import { cookieHeader, OWN_FORM, send } from '../lib/http.mjs';
import { each } from '../lib/pool.mjs';
import { routeOf } from '../lib/routes.mjs';
import { hostileAddresses } from '../visits.mjs';

const PARALLEL = 3;
/** How many strings go into one address or field. */
const GROUP = 24;
/** Actions that would end the harness's own session, or take long and say nothing about text. */
const SPARED = /sign-out|session|revoke|sample/;

/** Runs all of it. */
export async function hostile(world) {
  const { report } = world;
  await report.check('hostile corpus', {}, () => (ATTACKS.length >= 200 ? [] : [{ rule: 'corpus', message: `${ATTACKS.length} attacks; at least 200 are promised` }]));
  await report.check('hostile self-test', {}, () => selftest(world));
  const server = await world.server('hostile');
  await report.check('hostile seed', {}, () => {
    for (const refused of server.seeded.refused) report.note(`refused by the API: ${refused.slice(0, 160)}`);
    return server.seeded.names.length > 20 && server.seeded.accepted > 50 ? [] : [{ rule: 'seed', message: `only ${server.seeded.accepted} texts were accepted: ${server.seeded.refused[0]}` }];
  });

  const hard = everything().map(({ text }) => text).filter((text) => !/[{}\u0000-\u001F]/.test(text)).join(' ').slice(0, 3000);
  const drafted = { id: 'publish-look', address: await world.draft('hostile', `prompt/${server.seeded.names[0]}`, hard, hard.slice(0, 900)) };
  const addresses = [...hostileAddresses(server.seeded.names).filter(({ address }) => address !== drafted.address), drafted];
  const workers = [];
  for (let i = 0; i < PARALLEL; i += 1) {
    const made = await world.context('hostile', 'admin', { width: 320 });
    workers.push({ made, page: await made.newPage() });
  }
  const fields = new Map();
  const forms = new Map();
  let marks = 0;
  await each(addresses, workers, async ({ id, address }, { made, page }) =>
    report.check(`hostile page ${id} ${address}`, { page: address, width: 320, shoot: page }, async () => {
      noted(made);
      const response = await visit(page, address);
      const found = response.status() >= 500 ? [{ rule: 'status', message: `answers ${response.status()}` }] : [];
      const structure = await structureFaults(page);
      marks += structure.marks;
      gather(await page.evaluate(readForms), address, id, fields, forms);
      const wide = (await layoutFaults(page)).filter((fault) => fault.rule === 'sideways scroll');
      return [...found, ...structure.faults, ...wide, ...faults(made)];
    }),
  );
  await report.check('hostile: invisible characters are shown', {}, () => (marks > 20 ? [] : [{ rule: 'invisible character', message: `only ${marks} marks were seen on all pages` }]));
  report.note(`hostile pages showed ${marks} marks for invisible characters; ${fields.size} routes have query fields, ${forms.size} forms were found`);

  const texts = everything().map(({ text }) => text.slice(0, 2000));
  const groups = Array.from({ length: Math.ceil(texts.length / GROUP) }, (_, i) => texts.slice(i * GROUP, (i + 1) * GROUP).join(' ').slice(0, 3000));
  const cookie = cookieHeader(await world.session('hostile'));
  const parser = await (await world.browser.newContext()).newPage();
  await each([...fields], workers, ([id, { address, names }], { made, page }) =>
    report.check(`hostile address ${id}`, { page: address, width: 320, shoot: page }, async () => {
      const found = [];
      const documents = [];
      for (const name of names) {
        for (const [i, group] of groups.entries()) {
          const url = new URL(address, server.url);
          url.searchParams.set(name, group);
          const path = short(url.href);
          if (i === 0) {
            noted(made);
            const response = await visit(page, path);
            if (response.status() >= 500) found.push({ rule: 'status', message: `answers ${response.status()} for ${name}` });
            found.push(...(await structureFaults(page)).faults, ...(await layoutFaults(page)).filter((fault) => fault.rule === 'sideways scroll'), ...faults(made));
          } else {
            const answer = await send(server.url, { path, headers: { cookie } });
            if (answer.status >= 500) found.push({ rule: 'status', message: `answers ${answer.status} for ${name}` });
            documents.push({ from: `${id}?${name}`, html: answer.text });
          }
        }
      }
      return [...found, ...(await documentsFaults(parser, documents))];
    }),
  );

  for (const [key, { action, values, texts: textFields }] of forms) {
    await report.check(`hostile form ${key}`, { page: action }, async () => {
      const found = [];
      const documents = [];
      for (const [i, group] of [...groups.slice(0, 4), groups.at(-2), groups.at(-1)].entries()) {
        const body = new URLSearchParams(values);
        for (const name of textFields) body.set(name, group);
        body.set('command', `hostile-${i}-${Math.random().toString(36).slice(2)}`);
        const answer = await send(server.url, { method: 'POST', path: action, headers: { ...OWN_FORM, cookie }, body: body.toString() });
        if (answer.status >= 500) found.push({ rule: 'status', message: `answers ${answer.status}` });
        if (answer.status < 400) world.posted.add(routeOf('POST', action).id);
        documents.push({ from: action, html: answer.text });
      }
      return [...found, ...(await documentsFaults(parser, documents))];
    });
  }
  // What the forms wrote is on the pages now.
  await each(hostileAddresses(server.seeded.names).filter(({ id }) => !['prompt', 'history', 'version', 'compare'].includes(id)), workers, ({ id, address }, { made, page }) =>
    report.check(`hostile page after forms ${id} ${address}`, { page: address, width: 320, shoot: page }, async () => {
      noted(made);
      await visit(page, address);
      return [...(await structureFaults(page)).faults, ...(await layoutFaults(page)).filter((fault) => fault.rule === 'sideways scroll'), ...faults(made)];
    }),
  );
  await parser.context().close();
  for (const { made } of workers) await made.close();
}

/** Proves that what is looked for is found. */
async function selftest(world) {
  const made = await world.browser.newContext();
  const page = await made.newPage();
  const wrong = [];
  for (const html of ['<img src=x onerror=1>', '<a href="javascript:1">x</a>', '<script>1</script>', '<p>a\u202Eb</p>', '<marquee>x</marquee>', '<form action="//hostile.invalid/">', '<style>*{}</style>', '<p hx-on:load="x">', '<base href="//x/">']) {
    if ((await documentsFaults(page, [{ from: 'x', html }])).length === 0) wrong.push({ rule: 'self-test', message: `nothing was found in ${html}` });
  }
  const clean = '<p>&lt;img src=x onerror=1&gt; <a href="/p/acme">home</a> <textarea>a\u202Eb</textarea></p>';
  for (const fault of await documentsFaults(page, [{ from: 'x', html: clean }])) wrong.push({ ...fault, rule: `self-test: ${fault.rule}` });
  await made.close();
  return wrong;
}

/** Fields of query forms by route, and forms that post by the route they post to. */
function gather(read, address, id, fields, forms) {
  for (const { method, action, controls } of read) {
    const target = new URL(action, 'http://x').pathname;
    if (method === 'get') {
      const route = routeOf('GET', target);
      if (!route) continue;
      const known = fields.get(route.id) ?? { address: target, names: new Set() };
      for (const { name } of controls) if (name) known.names.add(name);
      fields.set(route.id, known);
      continue;
    }
    const route = routeOf('POST', target);
    if (!route || SPARED.test(route.id) || SPARED.test(target)) continue;
    const texts = controls.filter(({ kind }) => kind === 'text').map(({ name }) => name);
    const key = `${route.id} from ${id}`;
    if (forms.has(key)) continue;
    const values = controls.filter(({ name, kind }) => name && kind !== 'text').map(({ name, value }) => [name, value]);
    forms.set(key, { action: target, values, texts });
  }
}

function readForms() {
  return [...document.forms].map((form) => ({
    method: form.method,
    action: form.getAttribute('action') ?? location.pathname,
    controls: [...form.elements]
      .filter((e) => e.name && !e.disabled && !(e.matches('[type=checkbox], [type=radio]') && !e.checked))
      .map((e) => ({ name: e.name, value: e.value, kind: e.matches('textarea, input:not([type]), input[type=text], input[type=search], input[type=url]') ? 'text' : e.type })),
  }));
}

