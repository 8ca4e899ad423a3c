import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { devServer } from './dev/plugin.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Writes `<file>.gz` beside every text file of the build: the server sends these bytes as they are. */
function gzipAssets(): Plugin {
  let folder = '';
  return {
    name: 'postage-gzip',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: () => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: here,
  plugins: [react(), devServer(), gzipAssets()],
  resolve: { alias: { 'postage-rtm': join(here, '../sdk/js/src/index.ts') } },
  server: { host: '127.0.0.1', fs: { allow: [here, join(here, '../sdk/js'), join(here, '../src/spec')] } },
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    chunkSizeWarningLimit: 900,
    sourcemap: false,
    // The packages change seldom: browsers keep them when only the pages are new.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'packages', test: /node_modules/ }] } } },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test_setup.ts'],
    restoreMocks: true,
    // A busy machine is no reason to fail.
    testTimeout: 30_000,
  },
});
