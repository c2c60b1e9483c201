/** A citizen comes from the city's app in one tap, learns, also without a line, and the line comes back. */

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from './api';
import { freePort } from './machine';
import { expect, heading, SPACE, test, turnTo } from './walk';

const ROOT = join(import.meta.dirname, '../../..');
let app: ChildProcess;
let port = 0;

test.beforeAll(async () => {
  port = await freePort();
  app = spawn(join(ROOT, '.venv/bin/python'), ['-u', 'examples/super-app/server.py'], {
    cwd: ROOT,
    env: { ...process.env, HOCMO: root(), SPACE, EXAMPLE_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    app.stdout?.once('data', () => resolve());
    app.once('exit', (status) => reject(new Error(`the super-app ended with ${status}`)));
  });
});

test.afterAll(() => {
  app.kill();
});

test('one tap, one question, and the course: lessons without a line are kept and sent', async ({ page, context }) => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.getByLabel('Công dân').selectOption({ label: 'Nguyễn Thị Lan' });
  await page.getByLabel('Khoá học').selectOption({ index: 0 });
  await page.getByRole('button', { name: 'Mở khoá học' }).click();
  await expect(page).toHaveURL(/\/(consent|courses)/);
  if (page.url().includes('/consent')) await page.getByRole('button', { name: /Đồng ý/ }).click();
  await expect(page).toHaveURL(/\/courses\/[a-z0-9]+$/);
  await heading(page);

  const course = new URL(page.url()).pathname.split('/').pop() ?? '';
  await page.getByRole('button', { name: 'Ghi danh và học ngay' }).click();
  await expect(page).toHaveURL(/\/lessons\//);
  const lesson = new URL(page.url()).pathname.split(`/s/${SPACE}`).pop() ?? '';
  await turnTo(page, `/courses/${course}`);
  await page.getByRole('button', { name: /Tải về để học/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Tải về', exact: true }).click();
  await expect(page.getByText(/Đã tải về máy/)).toBeVisible({ timeout: 60_000 });
  await turnTo(page, lesson);
  await heading(page);

  await context.setOffline(true);
  for (let lesson = 0; lesson < 2; lesson += 1) {
    const here = await heading(page);
    await page.getByRole('navigation', { name: 'Chuyển bài' }).getByText(/học tiếp|Bài tiếp theo/).click();
    await expect.poll(() => heading(page)).not.toBe(here);
  }
  await expect(page.getByText(/việc đã lưu trên máy/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText(/việc đã lưu trên máy/)).toBeHidden();
});
