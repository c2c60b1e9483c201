import { defineConfig } from '@playwright/test';
// @ts-expect-error -- a plain script, which the set-up asks too
import { browser } from './tools/browser.mjs';

const program = (browser as () => string | null)();

// People on their phones, in Vietnamese, over a machine of the tests' own.
export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/e2e/machine.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['line']],
  use: {
    viewport: { width: 360, height: 800 },
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    hasTouch: true,
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(program ? { executablePath: program } : {}),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
