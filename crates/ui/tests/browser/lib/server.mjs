// Starts the real binary on a data folder of its own, and talks to its JSON API.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const START_MS = 60_000;

/** A running server. */
export class Server {
  /** `command`: `serve` (empty folder) or `demo` (the sample company's story). `more`: further arguments. */
  static async start(binary, command, more = []) {
    const folder = mkdtempSync(join(tmpdir(), 'cuelight-browser-'));
    const args = [command, '--json', '--listen', '127.0.0.1:0', '--data', join(folder, 'data'), ...more];
    if (command === 'serve') args.push('--log', 'warn');
    const child = spawn(binary, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { HOME: '/nonexistent', PATH: process.env.PATH ?? '' },
    });
    const server = new Server(child, folder);
    child.stderr.on('data', (bytes) => (server.said = (server.said + bytes).slice(-20_000)));
    const line = await firstLine(child, server);
    const told = JSON.parse(line);
    server.url = told.address;
    server.told = told;
    const tokens = Array.isArray(told.tokens) ? told.tokens : Object.values(told.tokens ?? {});
    server.token = tokens[0];
    return server;
  }

  constructor(child, folder) {
    this.child = child;
    this.folder = folder;
    this.said = '';
    this.keys = 0;
  }

  /** Calls the API as the administrator, or with another token. Throws on a refusal. */
  async api(method, path, body, token = this.token) {
    const answer = await this.ask(method, path, body, token);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 2000)}`);
    return answer.status === 204 ? null : answer.json();
  }

  /** The same, but any answer is fine. */
  async ask(method, path, body, token = this.token) {
    this.keys += 1;
    const headers = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (method !== 'GET') headers['idempotency-key'] = `browser-${process.pid}-${this.keys}-${Date.now()}`;
    return fetch(`${this.url}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  }

  /** The signed head of a project's ledger: equal heads mean that nothing was written. */
  async head(project) {
    const answer = await this.ask('GET', `/projects/${project}/ledger/checkpoint`);
    if (!answer.ok) return `${answer.status}`;
    // The signature may be made anew; size and root may not.
    return (await answer.text()).split('\n').slice(0, 3).join('\n');
  }

  /** Ends it as an operator would, and removes its data. */
  async stop() {
    const gone = this.child.exitCode !== null ? Promise.resolve() : new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(late);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The first line of stdout that is a JSON object: what `--json` announces once the server is ready. */
function firstLine(child, server) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server was not ready in ${START_MS} ms: ${server.said}`)), START_MS);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return;
      clearTimeout(late);
      resolve(line);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with ${code}: ${server.said}`));
    });
  });
}
