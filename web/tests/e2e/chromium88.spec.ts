/** The oldest browser that is promised draws the first pages that a learner sees, and throws nothing. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { root, send } from './api';

test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'the binary that is carried is for Linux on x86-64 alone');

test('Chromium 88 draws the start, a course and a lesson', async () => {
  const course = (await send('GET', '/spaces/hue/courses')).items[0].id as string;
  const outline = await send('GET', `/spaces/hue/courses/${course}/outline`);
  const pages = ['/', '/sign-in', `/courses/${course}`, `/courses/${course}/lessons/${outline.sections[0].lessons[0].id}`];
  const folder = join(import.meta.dirname, '../../tools/old-chromium');
  const run = spawnSync('node', ['smoke.mjs', ...pages.map((path) => `${root()}/s/hue${path}`)], { cwd: folder, encoding: 'utf8', timeout: 80_000 });
  expect(run.status, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain('/88.');
});
