// Which addresses are looked at in which state. A page's sample address is looked at in three states by itself; what
// differs from that, and addresses of other states, stands here.

import { PAGES } from './lib/routes.mjs';

/** Statuses of a page whose sample need not exist on empty data: it shows something, or says helpfully that it is not there. */
const MAYBE = [200, 404, 422];

/** Samples that answer something else than a page in order. */
const ANSWERS = { 'sign-in-link': [401], 'access-take': [404] };

/** A token that can be taken away. */
const aToken = async (server) => `/settings/access/${(await server.api('GET', '/tokens')).items.at(-1).id}/revoke`;

/** What a draft would publish; of a place that no other visit shows. */
const aDraft = (place) => (server, world, state) => world.draft(state, place, 'Answer kindly, and in the words of the customer.', 'A kinder tone.');

/** Addresses besides the samples: `{ id, variant, address, state, as, expect }`; the last three have defaults. */
const MORE = [
  { id: 'access-take', variant: 'a token', address: aToken },
  { id: 'welcome', variant: 'first start', address: '/welcome', state: 'new' },
  { id: 'projects', variant: 'none yet', address: '/projects', state: 'new' },
  { id: 'access', variant: 'first start', address: '/settings/access', state: 'new' },
  { id: 'library', variant: 'nothing found', address: '/p/acme/library?q=zzzzzz' },
  { id: 'library', variant: 'narrowed', address: '/p/acme/library?q=lead&risk=medium&folder=sales' },
  { id: 'library', variant: 'a wrong choice', address: '/p/acme/library?risk=enormous&status=x', expect: [200, 400, 422] },
  { id: 'prompt', variant: 'not there', address: '/p/acme/prompt/sales/no-such-prompt', expect: [404] },
  { id: 'prompt', variant: 'with an override', address: '/p/acme/prompt/marketing/email' },
  { id: 'prompt', variant: 'a name that cannot be', address: '/p/acme/prompt/NoSuch', expect: [400, 404] },
  { id: 'shared', variant: 'safety', address: '/p/acme/shared/safety/baseline' },
  { id: 'version', variant: 'withdrawn', address: '/p/acme/version/2.0.0/prompt/sales/qualify-lead' },
  { id: 'version', variant: 'not there', address: '/p/acme/version/9.9.9/prompt/sales/qualify-lead', expect: [404] },
  { id: 'version', variant: 'shared text', address: '/p/acme/version/1.0.0/shared/safety/baseline' },
  { id: 'history', variant: 'shared text', address: '/p/acme/history/shared/safety/baseline' },
  { id: 'compare', variant: 'side by side', address: '/p/acme/compare/prompt/sales/qualify-lead?from=1.1.0&to=2.0.0&view=side' },
  { id: 'compare', variant: 'as one text', address: '/p/acme/compare/prompt/sales/qualify-lead?from=1.1.0&to=2.0.0&view=inline' },
  { id: 'compare', variant: 'with sample data', address: '/p/acme/compare/prompt/sales/qualify-lead?from=1.1.0&to=2.0.0&view=rendered' },
  { id: 'reinstate-look', variant: 'not withdrawn', address: '/p/acme/reinstate/1.0.0/prompt/sales/qualify-lead', expect: [409] },
  { id: 'release-look', variant: 'with changes', address: '/p/acme/release/look?env=development&pick=sales/qualify-lead&v.sales/qualify-lead=1.1.0' },
  { id: 'release-look', variant: 'the rules', address: '/p/acme/release/look?env=production&pick=sales/qualify-lead&v.sales/qualify-lead=2.0.0', expect: [200, 409, 422] },
  { id: 'release', variant: 'all prompts', address: '/p/acme/release?env=production&show=all' },
  { id: 'edit', variant: 'shared text', address: '/p/acme/edit/shared/safety/baseline' },
  { id: 'edit', variant: 'a viewer', address: '/p/acme/edit/prompt/sales/qualify-lead', as: 'viewer', expect: [200, 403] },
  { id: 'publish-look', variant: 'a draft', address: aDraft('prompt/sales/outreach-email') },
  { id: 'publish-look', variant: 'a draft', address: aDraft('prompt/sales/outreach-email'), state: '200 items' },
  { id: 'publish-look', variant: 'shared text', address: aDraft('shared/style/plain-language') },
  { id: 'edit', variant: 'a draft', address: '/p/acme/edit/prompt/sales/outreach-email' },
  { id: 'time-machine', variant: 'the question', address: '/p/acme/time-machine' },
  { id: 'time-machine', variant: 'wrong', address: '/p/acme/time-machine?date=yesterday&time=25:00&zone=Nowhere&env=production', expect: [400, 422] },
  { id: 'time-machine', variant: 'twice', address: '/p/acme/time-machine?date=2026-10-25&time=02:30&zone=Europe/Berlin&env=production' },
  { id: 'time-machine', variant: 'a gap', address: '/p/acme/time-machine?date=2026-03-29&time=02:30&zone=Europe/Berlin&env=production', expect: [200, 422] },
  { id: 'time-machine', variant: 'everything', address: '/p/acme/time-machine?date=2036-03-15&time=14:47&zone=UTC&env=production' },
  { id: 'ledger', variant: 'nothing found', address: '/p/acme/ledger?who=token:0123456789abcdef' },
  { id: 'ledger-entry', variant: 'not there', address: '/p/acme/ledger/999999', expect: [404] },
  { id: 'access', variant: 'a viewer', address: '/settings/access', as: 'viewer', expect: [200, 403] },
  { id: 'settings', variant: 'a viewer', address: '/settings', as: 'viewer' },
  { id: 'prompt', variant: 'a viewer', address: '/p/acme/prompt/sales/qualify-lead', as: 'viewer' },
  { id: 'root', variant: 'no such page', address: '/no-such-page', expect: [404] },
  { id: 'root', variant: 'no such page in a project', address: '/p/acme/no-such-page', expect: [404] },
  { id: 'root', variant: 'no such project', address: '/p/nowhere', expect: [403, 404] },
];

/** All visits: `{ id, variant, address, state, as, expect }`. */
export function visits() {
  const samples = PAGES.flatMap((route) => {
    const as = route.door === 'open' ? 'nobody' : 'admin';
    const visit = { id: route.id, address: route.sample, as };
    const expect = ANSWERS[route.id] ?? [200];
    if (route.door === 'open') return [{ ...visit, state: 'normal', expect }];
    return [
      { ...visit, state: 'normal', expect },
      { ...visit, state: 'empty', expect: MAYBE },
      { ...visit, state: '200 items', expect },
    ];
  });
  return [...samples, ...MORE.map((one) => ({ state: 'normal', as: 'admin', expect: [200], ...one }))];
}

/** Samples of the demo that hostile things take the place of. */
const SAMPLE_PROMPT = /sales\/qualify-lead|marketing\/email/;

/** Every page on hostile data: the pages of each hostile prompt, and every other page once. */
export function hostileAddresses(names) {
  return PAGES.filter((route) => route.door !== 'open').flatMap((route) => {
    const place = route.sample.replace(/production|staging/, 'development').replace(/\/version\/[^/]+/, '/version/1.0.0');
    if (!/\{\*name\}/.test(route.path) || !SAMPLE_PROMPT.test(route.sample)) return [{ id: route.id, address: place }];
    // The prompt's own page shows all its texts; the others show a few of them.
    const shown = route.id === 'prompt' ? names : [names[0], names.at(-1)];
    return shown.map((name) => ({ id: route.id, address: withoutVersions(place).replace(SAMPLE_PROMPT, name) }));
  });
}

function withoutVersions(address) {
  return address.replace(/([?&](?:from|to|version)=)[^&]*/g, '$11.0.0');
}
