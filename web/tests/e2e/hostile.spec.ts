/** What others have written stays text: nothing that it carries runs, wherever it is shown. */

import type { Page } from '@playwright/test';
import { root, send, Staff } from './api';
import { finishShortCourse, linked, openCertificate, shortCourse } from './made';
import { expect, open, signIn, SPACE, test, turnTo } from './walk';

const SPELLS = [
  `<img src=x onerror="window.cursed='img'">`,
  `<script>window.cursed='script'</script>`,
  `<svg onload="window.cursed='svg'"></svg>`,
  `"><iframe srcdoc="<script>parent.cursed='frame'</script>">`,
];
const SPELL = SPELLS.join(' ');

test('a question and its answer stay text', async ({ page }) => {
  const learner = await Staff.of(SPACE, 'learner07');
  const title = `${SPELLS[0]} ${SPELLS[1]}`;
  const thread = await learner.ask('POST', '/threads', { title, body: `${SPELL} [bấm đây](javascript:window.cursed='link')` });
  await learner.ask('POST', `/threads/${thread.id}/replies`, { body: SPELL });

  await signIn(page, 'learner07');
  await turnTo(page, `/questions/${thread.id}`);
  await expect(page.locator('#main')).toContainText("window.cursed='img'");
  await turnTo(page, '/questions');
  await expect(page.locator('#main')).toContainText('<script>');
  await uncursed(page);
});

test('a course and its certificate stay text, and no name carries markup', async ({ page }) => {
  test.setTimeout(120_000);
  const author = await Staff.of(SPACE, 'author');
  const title = `Khoá ${SPELLS[0]}`;
  const course = await shortCourse(author, { title, summary: SPELL.slice(0, 300), section: SPELLS[2], lesson: SPELLS[1], text: SPELL });
  const learner = await Staff.of(SPACE, 'learner19');
  await expect(learner.ask('PATCH', '/me', { name: 'Lê <img src=x onerror=cursed=1>' })).rejects.toThrow(/name_invalid/);

  await signIn(page, 'learner19');
  await turnTo(page, `/courses/${course}`);
  await expect(page.locator('#main')).toContainText("window.cursed='img'");
  await uncursed(page);
  await page.getByRole('button', { name: 'Ghi danh và học ngay' }).click();
  await expect(page.locator('#main')).toContainText('<script>');
  await uncursed(page);
  await finishShortCourse(page);
  await uncursed(page);
  await openCertificate(page);
  await expect(page.locator('article')).toContainText('<img');
  await uncursed(page);
});

test('a link of a lesson that is a script leads nowhere', async () => {
  const author = await Staff.of(SPACE, 'author');
  const { id } = await author.ask('POST', '/courses', { title: 'Liên kết', summary: 'Một bài.', audiences: ['citizen'], estimated_minutes: 5 });
  const body = linked('bấm đây', "javascript:window.cursed='link'");
  const sections = [{ id: 'a', title: 'A', lessons: [{ id: '1', kind: 'text', title: 'B', minutes: 5, body }] }];
  await expect(author.ask('PUT', `/courses/${id}/draft`, { sections }, { 'if-match': '*' })).rejects.toThrow(/422/);
});

test("a space's own words stay text", async ({ page }) => {
  const admin = await Staff.of('bo-noi-vu', 'admin');
  const called = async (short_name: string) => admin.ask('PATCH', '/settings', { brand: { short_name } }, { 'if-match': '*' });
  const before = (await send('GET', '/spaces/bo-noi-vu')).brand.short_name as string;
  await called('<img src=x onerror=cursed=1>');
  try {
    await open(page, '/', 'bo-noi-vu');
    await expect(page).toHaveTitle(/<img/);
    await uncursed(page);
  } finally {
    await called(before);
  }
});

test('an address cannot carry a script or lead out of the space', async ({ page }) => {
  for (const next of ["javascript:window.cursed='next'", '//evil.example/', 'https://evil.example/', '/\\evil.example']) {
    await page.context().clearCookies();
    await page.goto(`${root()}/s/${SPACE}/sign-in?next=${encodeURIComponent(next)}`);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.locator('[name=username]').fill(`learner07@${SPACE}.hocmo.local`);
    await page.locator('[autocomplete=current-password]').fill('Hoc-mo-2026');
    await page.locator('form button[type=submit]').first().click();
    await expect(page).not.toHaveURL(/\/sign-in/);
    expect(page.url().startsWith(`${root()}/s/${SPACE}/`)).toBe(true);
    await uncursed(page);
  }
});

async function uncursed(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as unknown as { cursed?: string }).cursed)).toBeUndefined();
  expect(await page.locator('img[src="x"], iframe[srcdoc], a[href^="javascript:"]').count()).toBe(0);
}
