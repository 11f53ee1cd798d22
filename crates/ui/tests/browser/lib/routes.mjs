// The pages' routes, as the binary prints them, and which of them a request was for.

import { readFileSync } from 'node:fs';

/** `{ id, method, path, door, answers, sample }` of every route. */
export const ROUTES = JSON.parse(readFileSync(new URL('../../../routes.json', import.meta.url), 'utf8'));

/** The route that answers this request, or nothing. Fixed parts of a path win over parameters. */
export function routeOf(method, pathname) {
  return COMPILED.find((one) => one.method === method && one.pattern.test(pathname))?.route;
}

export const PAGES = ROUTES.filter((route) => route.method === 'GET' && route.answers === 'page');
export const POSTS = ROUTES.filter((route) => route.method === 'POST');

const COMPILED = ROUTES.map((route) => ({
  route,
  method: route.method,
  parameters: (route.path.match(/\{/g) ?? []).length,
  pattern: new RegExp(`^${route.path.replace(/[.+?^$()|[\]\\]/g, '\\$&').replace(/\{\*[^}]+\}/g, '.+').replace(/\{[^}]+\}/g, '[^/]+')}$`),
})).sort((a, b) => a.parameters - b.parameters);
