// The real server with its demo accounts, for tests that want it: start, kill, start again on the same port and folder.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { RTM } from '../dist/index.js';

export const binary = process.env.POSTAGE_BINARY;

export class RealServer {
  #folder = mkdtempSync(join(tmpdir(), 'postage-sdk-'));
  #child = null;
  #exited = null;
  /** What the demo printed: url, port, logins, projects. */
  facts = { port: 0 };

  /** Starts on the port it had before, a free one the first time; resolves when it listens. */
  async start() {
    const flags = ['demo', '--json', '--no-traffic', '--port', String(this.facts.port), '--data-dir', this.#folder];
    this.#child = spawn(binary, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#exited = once(this.#child, 'exit');
    const ended = this.#exited.then(([code, signal]) => {
      throw new Error(`the server ended with ${code ?? signal} before it was ready`);
    });
    const [line] = await Promise.race([once(createInterface({ input: this.#child.stdout }), 'line'), ended]);
    ended.catch(() => undefined);
    this.facts = JSON.parse(line);
    return this;
  }

  /** Ends it like a power cut: no farewell, no flush. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  project(plan) {
    const { account } = this.facts.logins.find((login) => login.plan === plan);
    return this.facts.projects.find((project) => project.account === account);
  }
}

/** A token as an operator makes one: `postage token`. */
export function tokenOf(project, user) {
  const flags = ['token', '--app-id', project.app_id, '--certificate', project.certificate, '--user', user];
  const done = spawnSync(binary, flags, { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

/** A client whose network can be cut and mended: `line.cut()` drops its connection and lets no other come about. */
export function clientOn(server, project, user) {
  const line = { socket: null, down: false };
  class CuttableSocket extends WebSocket {
    constructor(url, protocols) {
      // Port 1 of this machine refuses every connection.
      super(line.down ? 'ws://127.0.0.1:1/' : url, protocols);
      line.socket = this;
    }
  }
  line.cut = () => {
    line.down = true;
    line.socket.terminate();
  };
  line.mend = () => {
    line.down = false;
  };
  const rtm = new RTM(project.app_id, user, { host: `127.0.0.1:${server.facts.port}`, WebSocket: CuttableSocket });
  return { rtm, line };
}

/** The next event of that name that `wanted` accepts, or a failure after half a minute. */
export function eventOf(rtm, name, wanted = () => true) {
  return new Promise((resolve, reject) => {
    const end = setTimeout(() => {
      rtm.off(name, look);
      reject(new Error(`no such ${name} within 30 seconds`));
    }, 30_000);
    const look = (event) => {
      if (!wanted(event)) return;
      clearTimeout(end);
      rtm.off(name, look);
      resolve(event);
    };
    rtm.on(name, look);
  });
}
