// What a page must be whatever its width and theme: one title, one heading, landmarks, a language, live ids.

/** The faults of the document as it stands. */
export function documentFaults(page) {
  return page.evaluate(inspect);
}

function inspect() {
  const faults = [];
  const fault = (rule, message, element) => faults.push({ rule, message, selector: element && window.__path(element) });
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (!document.title.trim()) fault('title', 'the page has no title');
  if (!/^[a-z]{2}(-|$)/.test(document.documentElement.lang)) fault('lang', 'the page does not say its language');
  if (document.compatMode !== 'CSS1Compat') fault('doctype', 'the page is in quirks mode');
  const headings = all('h1');
  if (headings.length !== 1) fault('one h1', `there are ${headings.length} headings of the first level`);
  if (headings[0] && !headings[0].textContent.trim()) fault('one h1', 'the heading is empty', headings[0]);
  if (all('main, [role=main]').length !== 1) fault('landmarks', `there are ${all('main, [role=main]').length} main parts`);
  for (const name of ['nav', 'aside', 'section[aria-label]']) {
    const seen = new Set();
    for (const element of all(name)) {
      const label = element.getAttribute('aria-label') ?? document.getElementById(element.getAttribute('aria-labelledby'))?.textContent ?? '';
      if (all(name).length > 1 && seen.has(label.trim())) fault('landmarks', `two ${name} have the name “${label}”`, element);
      seen.add(label.trim());
    }
  }
  const skip = all('a[href^="#"]')[0];
  if (all('nav').length > 0 && !skip) fault('skip link', 'there is a menu and no link past it');

  const ids = new Map();
  for (const element of all('[id]')) ids.set(element.id, [...(ids.get(element.id) ?? []), element]);
  for (const [id, elements] of ids) if (elements.length > 1) fault('unique ids', `${elements.length} elements have the id “${id}”`, elements[1]);
  for (const link of all('a[href^="#"]')) {
    const id = decodeURIComponent(link.getAttribute('href').slice(1));
    if (id && !document.getElementById(id)) fault('dead fragment', `nothing has the id “${id}”`, link);
  }
  for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for', 'list', 'form', 'popovertarget', 'commandfor']) {
    for (const element of all(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) fault('dead reference', `${name}=“${id}” names nothing`, element);
      }
    }
  }

  // What is only in a `title` cannot be reached by touch or keyboard.
  for (const element of all('[title]')) {
    if (element.tagName === 'IFRAME' || element.tagName === 'LINK' || element.tagName === 'STYLE') continue;
    const told = [
      element.textContent,
      element.getAttribute('aria-label') ?? '',
      ...(element.getAttribute('aria-describedby') ?? '').split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? ''),
    ].join(' ');
    const title = element.getAttribute('title').trim();
    if (title && !told.includes(title)) fault('title only', `“${title.slice(0, 80)}” is told by a title only`, element);
  }
  for (const element of all('[tabindex]')) if (element.tabIndex > 0) fault('tab order', 'an element jumps the order of the keyboard', element);
  for (const element of all('[autofocus]')) if (!element.closest('dialog, [popover]')) fault('autofocus', 'focus jumps past the heading when the page opens', element);
  for (const image of all('img')) if (!image.hasAttribute('alt')) fault('image text', 'an image has no text', image);
  for (const svg of all('svg')) {
    const named = svg.getAttribute('aria-label') || svg.getAttribute('aria-labelledby') || svg.querySelector(':scope > title');
    const hidden = svg.closest('[aria-hidden=true]');
    if (!named && !hidden) fault('image text', 'a drawing has neither a name nor aria-hidden', svg);
  }
  for (const form of all('form')) {
    if (form.method === 'post' && !form.querySelector('button, input[type=submit]')) fault('form', 'a form cannot be sent without a script', form);
  }
  return faults;
}
