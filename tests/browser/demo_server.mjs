// Starts the real server with its demo accounts on a free port and an empty folder, and says what it printed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

function binary() {
  const named = process.env.POSTAGE_BINARY;
  const found = named ?? ['release', 'test'].map((preset) => join(root, 'build', preset, 'postage')).find(existsSync);
  if (!found) throw new Error('no server to test: set POSTAGE_BINARY to the path of postage');
  return found;
}

/**
 * A stopped server whose folder was kept comes back with the same `folder` and `port`.
 * @returns {Promise<{url: string, logins: object[], projects: object[], folder: string, stop(how?: {keep?: boolean}): Promise<void>}>}
 */
export async function startDemo({ folder = mkdtempSync(join(tmpdir(), 'postage-browser-')), port = '0' } = {}) {
  const child = spawn(binary(), ['demo', '--json', '--no-traffic', '--port', port, '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    exited.then(([code]) => {
      throw new Error(`the server ended with ${code} before it was ready`);
    }),
  ]);
  const facts = JSON.parse(line);
  return {
    ...facts,
    folder,
    stop: async ({ keep = false } = {}) => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
