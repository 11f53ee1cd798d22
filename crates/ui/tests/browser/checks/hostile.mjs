// Whether hostile text stayed text: what a page's structure must never hold, whoever wrote the words in it.

/** The faults of a page that stands in the browser. Counts the marks that make invisible characters visible. */
export function structureFaults(page) {
  return page.evaluate(inspect);
}

/** The faults of documents that were fetched and not shown: `[{ from, html }]`. `page` lends its parser. */
export function documentsFaults(page, documents) {
  return page.evaluate(
    ([list, source]) => {
      const look = new Function(`return (${source})`)();
      return list.flatMap(({ from, html }) => look(new DOMParser().parseFromString(html, 'text/html')).faults.map((fault) => ({ ...fault, page: from })));
    },
    [documents, inspect.toString()],
  );
}

/** Runs in the page. Without an argument it looks at the page itself. */
function inspect(parsed) {
  const tree = parsed ?? document;
  const faults = [];
  const at = (element) => (window.__path ? window.__path(element) : element.tagName.toLowerCase());
  const fault = (rule, message, element) => faults.length < 20 && faults.push({ rule, message: message.slice(0, 200), selector: at(element) });
  const known = /^(html|head|body|meta|title|link|script|style|header|nav|main|aside|footer|section|article|div|span|p|h[1-6]|ul|ol|li|dl|dt|dd|a|form|fieldset|legend|label|input|textarea|select|option|optgroup|datalist|button|table|caption|colgroup|col|thead|tbody|tfoot|tr|th|td|pre|code|kbd|samp|var|em|strong|b|i|s|u|small|sub|sup|mark|ins|del|abbr|bdi|bdo|q|cite|blockquote|figure|figcaption|time|hr|br|wbr|img|dialog|details|summary|output|progress|meter|template|search|svg|g|path|rect|circle|line|polyline|polygon|text|tspan|defs|use|symbol|clippath|desc|a|pm-.*|cue-.*)$/;
  for (const element of tree.querySelectorAll('*')) {
    const tag = element.tagName.toLowerCase();
    if (!known.test(tag)) fault('strange element', `<${tag}>`, element);
    if (tag === 'script' && !/^\/assets\//.test(element.getAttribute('src') ?? '')) fault('strange script', element.outerHTML, element);
    if (tag === 'style' && !element.nonce) fault('strange style', element.outerHTML, element);
    if (tag === 'link' && !/^(\/assets\/|data:image)/.test(element.getAttribute('href') ?? '')) fault('strange link', element.outerHTML, element);
    if (tag === 'meta' && element.httpEquiv) fault('strange meta', element.outerHTML, element);
    for (const { name, value } of element.attributes) {
      if (/^on/.test(name)) fault('handler', `${name}=${value}`, element);
      if (/^(data-)?hx-on/.test(name)) fault('handler', `${name}=${value}`, element);
      if (name === 'srcdoc' || name === 'ping') fault('strange attribute', `${name}=${value}`, element);
      if (!/^[a-z][a-z0-9:_.-]*$/i.test(name)) fault('strange attribute', `${name}=${value}`, element);
      if (/^(href|src|action|formaction|xlink:href|poster|data|cite|background)$/.test(name) || /^(data-)?hx-(get|post|put|delete)$/.test(name)) {
        const address = value.replace(/[\u0000-\u0020]/g, '');
        const local = /^(\/(?![/\\])|#|\?|$)/.test(address) || (tag === 'link' && address.startsWith('data:image')) || /^[\w%.-]+(\/|\?|$)/.test(address);
        const own = !parsed && address.startsWith(`${location.origin}/`);
        if (!local && !own) fault('strange address', `${name}=${value}`, element);
      }
    }
  }
  // What cannot be seen, or turns what is seen around, is shown as a mark and not sent.
  const hidden = /[\u200B\u2060\uFEFF\u00AD\u202A-\u202E\u2066-\u2069\u2028\u2029\u3164\u115F]|[\u{E0000}-\u{E007F}]/u;
  const walker = tree.createTreeWalker(tree.body ?? tree, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const where = node.parentElement;
    if (!where || where.closest('textarea, script, style, option, datalist')) continue;
    const found = hidden.exec(node.data);
    if (found) fault('invisible character', `U+${found[0].codePointAt(0).toString(16).toUpperCase()} is not shown in “${node.data.trim().slice(0, 60)}”`, where);
  }
  return { faults, marks: tree.querySelectorAll('.invisible').length };
}
