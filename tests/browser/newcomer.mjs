// An account that nobody has used yet, and the code of the page run as a developer would run it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const waitMs = 30_000;

/** A new account without projects, with its owner. */
export async function openAccount(world, name) {
  const mail = `${name.toLowerCase()}@example.com`;
  const { id } = await world.operator('POST', '/accounts', { name, email: mail, plan: 'basic' });
  return { account: id, ...(await addPerson(world, id, name, 'owner')) };
}

/** Somebody new with a role in the account. */
export async function addPerson(world, account, name, role) {
  const who = { email: `${name.toLowerCase()}-${role}@example.com`, password: 'correct horse battery' };
  const { id } = await world.operator('POST', `/accounts/${account}/people`, { ...who, name: `${name} ${role}`, role });
  return { id, ...who };
}

/** A folder of its own where `import` finds the SDK and the vendor's token builder, as after `npm install`. */
export class Workplace {
  constructor() {
    if (!existsSync(join(root, 'sdk/js/dist/index.js'))) {
      const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: join(root, 'sdk/js'), encoding: 'utf8' });
      assert.equal(built.status, 0, built.stdout + built.stderr);
    }
    this.folder = mkdtempSync(join(tmpdir(), 'postage-newcomer-'));
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(join(root, 'sdk/js'), join(this.folder, 'node_modules/postage-rtm'));
    symlinkSync(join(root, 'tests/node/node_modules/agora-token'), join(this.folder, 'node_modules/agora-token'));
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a program to its end: what it printed, and whether it went well. */
  run(code, { env = {}, args = [] } = {}) {
    const done = spawnSync(process.execPath, [this.#file(code), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: waitMs,
    });
    return { ok: done.status === 0, printed: done.stdout.trim(), complaint: done.stderr };
  }

  /** Runs a program that stays connected until it has printed what `until` matches; then ends it. Answers all lines. */
  async runUntil(code, until) {
    const child = spawn(process.execPath, [this.#file(code)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let complaint = '';
    child.stderr.on('data', (data) => {
      complaint += data;
    });
    const seen = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`only this was printed:\n${printed}${complaint}`)), waitMs);
      child.stdout.on('data', (data) => {
        printed += data;
        if (until.every((each) => each.test(printed))) {
          clearTimeout(late);
          resolve();
        }
      });
      child.once('exit', (status) => {
        clearTimeout(late);
        reject(new Error(`ended with ${status}:\n${printed}${complaint}`));
      });
    });
    try {
      await seen;
    } finally {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
    return printed;
  }

  #file(code) {
    const path = join(this.folder, 'app.mjs');
    writeFileSync(path, code);
    return path;
  }
}

/** A command of the page as a shell runs it: status and body of the answer. */
export function runCurl(command, env) {
  const script = `${command.trimEnd()} -sS -w '\\n%{http_code}'`;
  const done = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: { ...process.env, ...env }, timeout: waitMs });
  assert.equal(done.status, 0, done.stderr);
  const lines = done.stdout.split('\n');
  return { status: Number(lines.pop()), body: JSON.parse(lines.join('\n')) };
}
