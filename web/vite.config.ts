/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vite';

const API = process.env['HOCMO_API'] ?? 'http://localhost:8000';
// The framework, and of ours what the first page is made of.
const FIRST =
  /node_modules\/svelte\/(?!.*bindings\/(input|select|size))|src\/lib\/(ui\/(State|Skeleton|Badge|Progress|Page|Icon|Button|Empty)\.|data\/|api\/|courses\/[Dd]eadline|(brand|kept|later|router|session|settings|space|words)(\.svelte)?\.ts)/;
// What pages with something to fill in share: one piece rather than a dozen, which the table of pieces would name.
const FORMS =
  /bindings\/(input|select|size)|src\/lib\/(ui\/(Field|Secret|Select|Choice|Dialog|More|Card|Tabs|Toasts)\.|(form|toasts|countdown|online)(\.svelte)?\.ts)/;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The learner's half. Old Android WebViews (Chromium 88) are the floor.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === 'test' ? [svelteTesting()] : [])],
  resolve: { alias: { $lib: folder('./src/lib'), $learner: folder('./src/learner') } },
  build: {
    // Chromium 88 knows all of ES2022 that is written here; told its number, the build would take private fields apart,
    // since they have a defect there that we do not touch, and that is 2 KB. `npm run budget` refuses what it does not know.
    target: 'es2022',
    cssTarget: 'chrome87',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // a data: address is no font's or script's source under our policy
    modulePreload: { polyfill: false },
    manifest: 'build.json', // which file is whose: the budgets and the service worker read it
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /node_modules\/svelte\/src\//, sideEffects: false }] },
      output: {
        // Names say nothing: the first page carries the table of all of them, and `build.json` says whose each is.
        chunkFileNames: 'assets/p-[hash].js',
        assetFileNames: 'assets/p-[hash][extname]',
        codeSplitting: {
          // What the first page is made of is one piece: many small ones weigh more, and each is a request.
          groups: [
            { name: 'first', test: FIRST, priority: 2 },
            { name: 'forms', test: FORMS, priority: 1 },
          ],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  server: { proxy: { '/v1': API, '/local/mail': API } },
  test: {
    include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'],
    environment: 'jsdom',
    setupFiles: ['tests/unit/setup.ts'],
    restoreMocks: true,
  },
}));
