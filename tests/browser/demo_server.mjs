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

/** @returns {Promise<{url: string, logins: object[], projects: object[], stop(): Promise<void>}>} */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'postage-browser-'));
  const child = spawn(binary(), ['demo', '--json', '--no-traffic', '--port', '0', '--data-dir', folder], {
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
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
