// Plain requests with exactly the headers given: what a browser would never send, too.

import { request } from 'node:http';

/** Sends it and returns `{ status, headers, text }`; redirects are not followed. */
export function send(base, { method = 'GET', path = '/', headers = {}, body }) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    // The path goes out as it is: nothing is resolved or escaped.
    const sent = request({ hostname, port, path, method, headers: { ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers } }, (answer) => {
      const kind = answer.headers['content-type'] ?? '';
      const told = { status: answer.statusCode, headers: answer.headers };
      if (kind.startsWith('text/event-stream')) {
        // A stream has no end; its head says all that is asked here.
        answer.destroy();
        return resolve({ ...told, text: '' });
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve({ ...told, text }));
    });
    sent.setTimeout(20_000, () => sent.destroy(new Error(`${method} ${path} took more than 20 s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The `Cookie` header of a session. */
export function cookieHeader({ cookies }) {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** What a browser sends with a form of our own page. */
export const OWN_FORM = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
