/** From the door to a lesson without a mouse. */

import type { Page } from '@playwright/test';
import { PASSWORD, Staff } from './api';
import { RIGHT, shortCourse } from './made';
import { expect, heading, open, signIn, SPACE, test, turnTo } from './walk';

/** Tab until what has the focus is called `name`. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab');
    const told = await page.evaluate(() => {
      const one = document.activeElement as HTMLInputElement | null;
      return one && one !== document.body ? `${one.getAttribute('aria-label') ?? ''} ${one.labels?.[0]?.textContent ?? ''} ${one.textContent ?? ''}`.replace(/\s+/g, ' ') : '';
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

test('a quiz by keyboard alone, to the end of the course', async ({ page }) => {
  test.setTimeout(120_000);
  const course = await shortCourse(await Staff.of(SPACE, 'author'), { title: 'Bàn phím là đủ' });
  await signIn(page, 'learner20');
  await turnTo(page, `/courses/${course}`);
  await expect(page.getByRole('button', { name: 'Ghi danh và học ngay' })).toBeVisible();
  await page.locator('h1').focus();
  await tabTo(page, /Ghi danh và học ngay/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lessons\/1/);
  await heading(page);
  await tabTo(page, /học tiếp/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/lessons\/2$/);
  await expect(page.getByLabel(RIGHT.single)).toBeVisible();

  // A group of rounds is one stop: Space chooses, arrows go on until the right one is chosen.
  await tabTo(page, /Không ai cả|Nhân viên ngân hàng|Công an gọi điện/);
  await page.keyboard.press('Space');
  for (let step = 0; step < 3 && !(await page.getByLabel(RIGHT.single).isChecked()); step += 1) await page.keyboard.press('ArrowDown');
  await expect(page.getByLabel(RIGHT.single)).toBeChecked();
  for (let found = 0; found < RIGHT.multiple.length; found += 1) {
    await tabTo(page, new RegExp(RIGHT.multiple.join('|')));
    await page.keyboard.press('Space');
  }
  for (const one of RIGHT.multiple) await expect(page.getByLabel(one)).toBeChecked();
  await tabTo(page, /Nhập một số/);
  await page.keyboard.type(RIGHT.numeric);
  await tabTo(page, /Nộp bài/);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Bạn đã đạt!')).toBeVisible();
});
