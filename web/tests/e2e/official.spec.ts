/** A civil servant on a list of the organisation: a slip with a code, a course that has to be done by a day, and its
 * certificate. */

import type { Page } from '@playwright/test';
import { Staff, type Answer } from './api';
import { finishShortCourse, openCertificate, shortCourse } from './made';
import { address, expect, heading, SPACE, test, turnTo } from './walk';

const NAME = 'Phan Thị Kim Chi';
const COURSE = 'Xử lý thư điện tử công vụ';
const DAYS = 10;

test('a civil servant enters with a slip, finds what is required first, finishes it and has the certificate', async ({ page, browser }) => {
  test.setTimeout(150_000);
  const [admin, author] = await Promise.all([Staff.of(SPACE, 'admin'), Staff.of(SPACE, 'author')]);
  const login = `can-bo-${Date.now()}@${SPACE}.hocmo.local`;
  await listed(admin, NAME, login);
  const person = (await admin.awaited(`/people?q=${encodeURIComponent(login)}`, (found) => found.items.length > 0)).items[0];
  const course = await shortCourse(author, { title: COURSE });
  await required(admin, course, person.id);
  const slip = await admin.ask('POST', `/people/${person.id}/activation`, {});
  await enter(page, login, slip.code);

  await turnTo(page, '/');
  const first = page.getByRole('region', { name: COURSE });
  await expect(first).toContainText(`Còn ${DAYS} ngày`);
  await first.getByRole('link', { name: /Học tiếp|Bắt đầu học/ }).click();
  await finishShortCourse(page);
  await expect(page.locator('h1')).toHaveText(`Chúc mừng ${NAME}!`);
  await expect(page.locator('#main')).toContainText(COURSE);

  await openCertificate(page);
  await expect(page.locator('h1')).toHaveText(COURSE);
  await expect(page.locator('article')).toContainText(NAME);
  const number = decodeURIComponent(page.url().split('/').pop() ?? '');
  await turnTo(page, '/');
  await expect(page.getByText('Bạn đã hoàn thành 1 khoá học')).toBeVisible();

  // Whoever has its number, by the address that the credential itself bears.
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(new URL(`/v1/credentials/${number}`, page.url()).href);
  await expect(stranger.getByText('Chứng nhận này có hiệu lực')).toBeVisible();
  await expect(stranger.locator('article')).toContainText(NAME);
  await stranger.context().close();
});

async function enter(page: Page, login: string, code: string): Promise<void> {
  await page.goto(address('/activation'));
  await page.getByLabel('Email, số điện thoại hoặc mã cán bộ').fill(login);
  await page.getByLabel('Mã kích hoạt').fill(code);
  await page.getByRole('button', { name: 'Bắt đầu' }).or(page.locator('form button[type=submit]')).first().click();
  await expect(page).not.toHaveURL(/\/activation/);
  await heading(page);
}

/** Everyone who is named is enrolled, and has so many days: days of Vietnam. */
async function required(admin: Staff, course: string, person: string): Promise<void> {
  const due_on = new Date(Date.now() + (DAYS * 24 + 7) * 3_600_000).toISOString().slice(0, 10);
  const order = await admin.ask('POST', `/courses/${course}/enrolments`, { people: [person], due_on });
  await admin.awaited(`/jobs/${order.job}`, (one: Answer) => one.state === 'done');
}

/** A list of one, read, and taken over. */
async function listed(admin: Staff, name: string, email: string): Promise<void> {
  const content = `Họ và tên,Email\n${name},${email}\n`;
  const made = await admin.ask('POST', '/rosters', { name: 'Danh sách.csv', content });
  const path = `/rosters/${made.id}`;
  await admin.awaited(path, (one: Answer) => one.state === 'checked');
  await admin.ask('POST', `${path}/commit`, {});
  await admin.awaited(path, (one: Answer) => one.state === 'committed');
}
