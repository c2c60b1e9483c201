/** From the door to a lesson without a mouse. */

import type { Page } from '@playwright/test';
import { PASSWORD } from './api';
import { expect, heading, open, test } from './walk';

/** Tab until what has the focus is called `name`. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    const told = await page.evaluate(() => {
      const one = document.activeElement as HTMLInputElement | null;
      return one ? `${one.getAttribute('aria-label') ?? ''} ${one.labels?.[0]?.textContent ?? ''} ${one.textContent ?? ''}`.replace(/\s+/g, ' ') : '';
    });
    if (name.test(told)) return;
  }
  throw new Error(`no Tab leads to ${name}`);
}

test('from the door into a lesson and on to the next by keyboard alone', async ({ page }) => {
  await open(page, '/sign-in');
  await tabTo(page, /Email, số điện thoại/);
  await page.keyboard.type('learner09@hue.hocmo.local');
  await tabTo(page, /Mật khẩu/);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page).not.toHaveURL(/sign-in/);
  await heading(page);

  await tabTo(page, /^\s*Khoá học\s*$/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/courses$/);
  await heading(page);
  await expect(page.locator('h1')).toBeFocused();
  await tabTo(page, /Làm chủ điện thoại|An toàn trên không gian mạng|Dịch vụ công|Thanh toán/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/courses\/[a-z0-9]+$/);
  await expect(page.locator('h1')).toBeFocused();
  await tabTo(page, /Học tiếp|Ghi danh và học ngay|Xem lại bài|Học lại từ/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lessons\//);
  const first = await heading(page);
  await tabTo(page, /học tiếp|Bài tiếp theo|Xong/i);
  await page.keyboard.press('Enter');
  await expect.poll(() => heading(page)).not.toBe(first);
});
