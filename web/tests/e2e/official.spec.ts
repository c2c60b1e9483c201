/** A civil servant on a list of the organisation: a slip with a code, and into a course. */

import { send, Staff, type Answer } from './api';
import { address, expect, heading, SPACE, test, turnTo } from './walk';

test('a civil servant on a list enters with the code of a slip and begins a course', async ({ page }) => {
  test.setTimeout(150_000);
  const admin = await Staff.of(SPACE, 'admin');
  const login = `can-bo-${Date.now()}@${SPACE}.hocmo.local`;
  await listed(admin, 'Phan Thị Kim Chi', login);
  const person = (await admin.awaited(`/people?q=${encodeURIComponent(login)}`, (found) => found.items.length > 0)).items[0];
  const slip = await admin.ask('POST', `/people/${person.id}/activation`, {});

  await page.goto(address('/activation'));
  await page.getByLabel('Email, số điện thoại hoặc mã cán bộ').fill(login);
  await page.getByLabel('Mã kích hoạt').fill(slip.code);
  await page.getByRole('button', { name: 'Bắt đầu' }).or(page.locator('form button[type=submit]')).first().click();
  await expect(page).not.toHaveURL(/\/activation/);
  await heading(page);

  const course = (await send('GET', `/spaces/${SPACE}/courses`)).items[0].id as string;
  await turnTo(page, `/courses/${course}`);
  await page.getByRole('button', { name: 'Ghi danh và học ngay' }).click();
  await expect(page).toHaveURL(/\/lessons\//);
  await heading(page);
});

/** A list of one, read, and taken over. */
async function listed(admin: Staff, name: string, email: string): Promise<void> {
  const content = `Họ và tên,Email\n${name},${email}\n`;
  const made = await admin.ask('POST', '/rosters', { name: 'Danh sách.csv', content });
  const path = `/rosters/${made.id}`;
  await admin.awaited(path, (one: Answer) => one.state === 'checked');
  await admin.ask('POST', `${path}/commit`, {});
  await admin.awaited(path, (one: Answer) => one.state === 'committed');
}
