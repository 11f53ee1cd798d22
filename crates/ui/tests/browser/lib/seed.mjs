// Fills a server through its JSON API: many things, or hostile ones.

import { ATTACKS, HARD, MISLEADING, OWN_WORDS } from '../hostile/corpus.mjs';

export const PROJECT = 'acme';
const base = `/projects/${PROJECT}`;

/** Adds files to what is published and publishes the result. Throws with the diagnostics if it is refused. */
export async function publish(server, files) {
  const { files: now } = await server.api('GET', `${base}/files`);
  const input = { files: { ...now, ...files } };
  const plan = await server.api('POST', `${base}/plan`, input);
  return server.api('POST', `${base}/apply`, { ...input, plan: plan.digest });
}

/** Releases prompts to an environment. */
export function release(server, environment, items, notes) {
  return server.api('POST', `${base}/releases`, { environment, items, notes });
}

/** The files of a small prompt. Text fields may hold anything. */
export function promptFiles(name, fields = {}) {
  const { title = `Sample ${name}`, summary = 'Answers one kind of question.', intent = 'People get an answer.', change_intent = 'First version.' } = fields;
  const { limits = [], constants = [], tags = ['sample'], risk = 'low', body = 'Answer the question in one sentence.', escalation = 'Somebody asks for a person.' } = fields;
  const quote = JSON.stringify;
  const lines = [
    'format: 1',
    `name: ${name}`,
    `title: ${quote(title)}`,
    `summary: ${quote(summary)}`,
    `intent: ${quote(intent)}`,
    `change_intent: ${quote(change_intent)}`,
    'owners: { business: "team:sample", technical: "team:sample", rollback: "user:mara" }',
    `risk: ${risk}`,
    `tags: ${quote(tags)}`,
    `known_limitations: ${quote(limits)}`,
    'model: { family: gpt-large, allow: ["gpt-large@2026-*"], params: { temperature: 0, max_output_tokens: 300 } }',
    'constants:',
    `  tone: { type: string, value: "kind", description: "How it sounds." }`,
    ...constants.map((text, i) => `  c${i}: { type: string, value: ${quote(text)}, description: ${quote(text)} }`),
    'inputs:',
    '  type: object',
    '  additionalProperties: false',
    '  required: [question]',
    '  properties:',
    `    question: { type: string, maxLength: 4000, description: ${quote(fields.input ?? 'What a person asks.')} }`,
    'messages:',
    '  - { role: system, file: system.md }',
    '  - { role: user, file: user.md }',
    'output: { kind: text }',
    'authority:',
    '  allowed: [answer]',
    '  forbidden: [promise]',
    '  approval_required: []',
    `  escalation: [{ id: person, when: ${quote(escalation)}, to: "team:sample" }]`,
    'overridable: [constants.tone]',
    'tests: tests.yaml',
  ];
  const example = { name: fields.example ?? 'a question', inputs: { question: fields.question ?? 'What is it?' }, expect: { rendered_contains: ['Answer'] } };
  return {
    [`prompts/${name}/prompt.yaml`]: `${lines.join('\n')}\n`,
    [`prompts/${name}/system.md`]: `${body}\nAnswer in a {{ constants.tone }} way.\n${constants.map((_, i) => `{{ constants.c${i} }}`).join('\n')}\n`,
    [`prompts/${name}/user.md`]: '{{ question }}\n',
    [`prompts/${name}/tests.yaml`]: `- ${JSON.stringify(example)}\n`,
  };
}

/** Adds 200 prompts, 60 releases, 50 tokens and 12 environments to what the demo left. */
export async function seedMany(server) {
  const areas = ['finance', 'legal', 'support', 'logistics', 'people', 'research', 'service', 'travel'];
  const names = Array.from({ length: 200 }, (_, i) => `${areas[i % areas.length]}/sample-${String(i).padStart(3, '0')}`);
  const files = names.map((name, i) => promptFiles(name, { tags: ['sample', `batch-${i % 7}`], risk: ['low', 'medium', 'high'][i % 3] }));
  await publish(server, Object.assign({}, ...files));
  await release(server, 'development', names.map((prompt) => ({ do: 'set', prompt })), 'All samples.');
  for (let i = 0; i < 60; i += 1) {
    // Giving an audience its own tone and taking it away again is a release each.
    const prompt = names[i >> 1];
    const item = i % 2 === 0
      ? { do: 'override', prompt, id: 'brand', when: { brand: 'nordlicht' }, fields: { 'constants.tone': `tone ${i}` } }
      : { do: 'remove_override', prompt, id: 'brand' };
    await release(server, 'development', [item], `Release of the series, number ${i + 1}.`);
  }
  for (let i = 0; i < 50; i += 1) {
    await server.api('POST', '/tokens', { label: `Sample token ${i + 1}`, role: ['viewer', 'author', 'releaser', 'auditor'][i % 4] });
  }
  for (let i = 0; i < 12; i += 1) await server.api('POST', `${base}/environments`, { name: `region-${i + 1}` });
}

/** How many strings one hostile prompt holds. */
const GROUP = 10;
/** What files may not hold: what nobody can see, and the 10,000-letter words, which get a prompt of their own. */
const NOT_IN_FILES = /[\u2028\u2029]|\u{E0067}|.{9000}/u;

/**
 * Puts hostile text into every field that the API can write, on top of what the demo left. Text that a field refuses
 * is left out and told: a refusal is a defence too.
 */
export async function seedHostile(server) {
  const told = { accepted: 0, refused: [] };
  const all = [...ATTACKS, ...Object.values(MISLEADING), ...Object.values(HARD), ...OWN_WORDS];
  const visible = [...ATTACKS, ...Object.values(HARD), ...OWN_WORDS].filter((text) => !NOT_IN_FILES.test(text));
  const groups = Array.from({ length: Math.ceil(visible.length / GROUP) }, (_, i) => visible.slice(i * GROUP, (i + 1) * GROUP));
  const names = groups.map((_, i) => `hostile/p-${String(i).padStart(2, '0')}`);
  const long = HARD['a word of 10,000 letters'];
  const files = Object.assign(
    promptFiles('hostile/long', { title: 'w'.repeat(100), limits: [long], constants: [long], body: long }),
    ...groups.map((group, i) => hostileFiles(names[i], group)),
  );
  await accepted(told, 'prompts', () => publish(server, files));
  names.push('hostile/long');
  await accepted(told, 'first release', () => release(server, 'development', names.map((prompt) => ({ do: 'set', prompt })), clip(all.slice(0, 8).join('\n'), 4000)));
  // Notes and reasons take anything but control characters.
  const free = all.filter((text) => !/[\u0000-\u0008\u007F-\u009F]/.test(text));
  for (const [i, texts] of chunks(free, 12_000).entries()) {
    const prompt = names[i % names.length];
    const tone = clip(texts.find((text) => visible.includes(text)) ?? 'kind', 1000);
    const item = { do: 'override', prompt, id: `audience-${i}`, when: { tenant: clip(tone, 60) }, fields: { 'constants.tone': tone } };
    await accepted(told, `notes ${i}`, () => release(server, 'development', [item], texts.join('\n')));
  }
  for (const [i, text] of [...Object.values(MISLEADING), ...Object.values(HARD), ...OWN_WORDS, ...ATTACKS.slice(0, 20)].entries()) {
    await accepted(told, `label ${i}`, () => server.api('POST', '/tokens', { label: clip(text, /[^ -~]/.test(text) ? 40 : 190), role: 'viewer' }));
  }
  for (const [i, name] of names.slice(0, 5).entries()) {
    const reason = free.slice(i * 45, (i + 1) * 45).join(' ');
    const path = `${base}/prompts/${encodeURIComponent(name)}/versions/1.0.0/yank`;
    await accepted(told, `withdrawal ${i}`, () => server.api('POST', path, { severity: i % 2 ? 'avoid' : 'block', reason }));
  }
  const { items } = await server.api('GET', `${base}/releases?environment=development&limit=1`);
  const reason = free.slice(20, 60).join(' ');
  await accepted(told, 'going back', () => server.api('POST', `${base}/releases/${items[0].release ?? items[0].number}/rollback`, { reason }));
  return { names, ...told };
}

/** A prompt with every text field hostile; each string stands alone in a list, and joined with others elsewhere. */
function hostileFiles(name, group) {
  const joined = (most, skip) => clip([...group.slice(skip), ...group.slice(0, skip)].join(' '), most);
  return promptFiles(name, {
    title: joined(120, 0),
    summary: joined(300, 2),
    intent: joined(1000, 4),
    change_intent: joined(1000, 6),
    limits: group,
    constants: group,
    input: joined(400, 1),
    escalation: joined(400, 3),
    example: joined(200, 5),
    question: joined(3000, 7),
    // Braces are the template language's own.
    body: group.join('\n').replace(/[{]/g, '(').replace(/[}]/g, ')'),
  });
}

/** Lists whose joined length stays below `most`. */
function chunks(texts, most) {
  const made = [[]];
  let size = 0;
  for (const text of texts) {
    if (size + text.length > most || made.at(-1).length >= 40) {
      made.push([]);
      size = 0;
    }
    made.at(-1).push(text);
    size += text.length * 2;
  }
  return made.filter((one) => one.length > 0);
}

async function accepted(told, what, work) {
  try {
    await work();
    told.accepted += 1;
    return true;
  } catch (error) {
    told.refused.push(`${what}: ${String(error.message).slice(0, 600)}`);
    return false;
  }
}

function clip(text, most) {
  let cut = text.slice(0, most).trim();
  // Never half of a character.
  while (/[\uD800-\uDBFF]$/.test(cut)) cut = cut.slice(0, -1);
  return cut;
}
