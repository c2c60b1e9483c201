/** An assessment on a phone whose page is reloaded and whose line breaks: nothing that was answered is lost. */

import { Staff } from './api';
import { assessment, RIGHT } from './made';
import { expect, SPACE, signIn, test, turnTo } from './walk';

test('an assessment survives a reload and a lost line, and tells how it went', async ({ page, context }) => {
  test.setTimeout(120_000);
  const id = await assessment(await Staff.of(SPACE, 'author'), `Kiểm tra nhanh ${Date.now()}`);
  await signIn(page, 'learner18');
  await turnTo(page, `/assessments/${id}`);
  await page.getByRole('button', { name: /Bắt đầu/ }).click();
  await expect(page).toHaveURL(/\/sittings\/1$/);

  const answer = async () => {
    const main = page.locator('#main');
    await expect(main.getByText(/Ai được biết mã OTP|Dấu hiệu nào|Số điện thoại khẩn cấp/).first()).toBeVisible();
    if (await main.getByText('Ai được biết mã OTP').isVisible()) await main.getByLabel(RIGHT.single).check();
    else if (await main.getByText('Dấu hiệu nào').isVisible()) for (const one of RIGHT.multiple) await main.getByLabel(one).check();
    else await main.getByLabel('Nhập một số').fill(RIGHT.numeric);
  };
  const next = () => page.getByRole('button', { name: 'Câu tiếp' }).click();
  const said = page.locator('#main');

  await answer();
  await expect(said).toContainText('Đã lưu');
  await page.reload();
  await expect(said).toContainText('Đã lưu');
  await next();

  await context.setOffline(true);
  await answer();
  await expect(said).toContainText(/[Cc]hờ gửi/);
  await context.setOffline(false);
  await expect(said).toContainText('Đã lưu', { timeout: 20_000 });
  await next();

  await answer();
  await page.getByRole('button', { name: 'Nộp bài' }).click();
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Nộp bài' });
  if (await sure.isVisible().catch(() => false)) await sure.click();
  await expect(said).toContainText(/100\s?%/, { timeout: 30_000 });
});
