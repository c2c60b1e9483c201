/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vite';

const API = process.env['HOCMO_API'] ?? 'http://localhost:8000';
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The learner's half. Old Android WebViews (Chromium 88) are the floor.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), ...(mode === 'test' ? [svelteTesting()] : [])],
  resolve: { alias: { $lib: folder('./src/lib'), $learner: folder('./src/learner') } },
  build: {
    target: 'chrome87',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // a data: address is no font's or script's source under our policy
    modulePreload: { polyfill: false },
    manifest: 'build.json', // which file is whose: the budgets and the service worker read it
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': API, '/local/mail': API } },
  test: {
    include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'],
    environment: 'jsdom',
    setupFiles: ['tests/unit/setup.ts'],
    restoreMocks: true,
  },
}));
