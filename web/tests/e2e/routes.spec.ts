/** Every page, signed in and not, in both themes and two brands: usable by everyone (WCAG 2.2 AA), within a small phone. */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, open, prefer, signIn, test, turnTo, address } from './walk';
import { places, type Place } from './places';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

/** What is wrong with the page that is shown, each a line. */
async function wrongs(page: Page, path: string, colours: boolean): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const found = await (colours ? axe.withRules(['color-contrast']) : axe.withTags(TAGS)).analyze();
  const wrong = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(' | ')}`);
  await page.keyboard.press('Tab');
  const seen = await page.evaluate(() => {
    const focused = document.activeElement;
    const style = focused && focused !== document.body ? getComputedStyle(focused) : null;
    return {
      headings: document.querySelectorAll('h1').length,
      over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      focus: !style || style.outlineStyle !== 'none' || style.boxShadow !== 'none',
      who: focused?.outerHTML.slice(0, 80),
    };
  });
  if (seen.headings !== 1) wrong.push(`${seen.headings} headings of the first rank`);
  if (seen.over > 0) wrong.push(`${seen.over} px wider than the phone`);
  if (!seen.focus) wrong.push(`the focus is not seen on ${seen.who}`);
  return wrong.map((line) => `${path}  ${line}`);
}

/** Once its heading is there and nothing is on its way any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ timeout: 10_000 });
  await page.locator('.skeleton, [data-waiting]').first().waitFor({ state: 'detached', timeout: 10_000 });
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))));
}

async function walk(page: Page, all: Place[], how: { colours?: boolean; space?: string } = {}): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path } of all) {
    try {
      await turnTo(page, path, how.space);
      await page.waitForURL((url) => url.href.startsWith(address(path, how.space)), { waitUntil: 'commit', timeout: 5_000 });
      await settled(page);
      wrong.push(...(await wrongs(page, path, how.colours ?? false)));
    } catch (error) {
      wrong.push(`${path}  is not drawn: ${String(error).split('\n')[0]}`);
    }
  }
  return wrong;
}

const reduced = { reducedMotion: 'reduce' } as const;
const entering = (path: string) => /^\/(sign-in|register|activation|code|password-resets|invitations|entry|consent)\b/.test(path);
test.describe.configure({ timeout: 150_000 });

for (const theme of ['light', 'dark'] as const) {
  test(`whoever is signed in can use every page (${theme})`, async ({ page }) => {
    const all = await places();
    await page.emulateMedia(reduced);
    await prefer(page, { theme });
    await signIn(page, 'learner01');
    expect(await walk(page, all.filter((place) => !entering(place.path)), { colours: theme === 'dark' })).toEqual([]);
  });

  test(`a stranger can use every page there is for strangers (${theme})`, async ({ page }) => {
    const all = await places();
    await page.emulateMedia(reduced);
    await prefer(page, { theme });
    await open(page, '/');
    expect(await walk(page, all.filter((place) => !place.signedIn), { colours: theme === 'dark' })).toEqual([]);
  });

  test(`another space's face can be read (${theme})`, async ({ page }) => {
    await page.emulateMedia(reduced);
    await prefer(page, { theme });
    await open(page, '/', 'bo-noi-vu');
    const seen = ['/', '/courses', '/sign-in', '/register', '/library'].map((path) => ({ path, signedIn: false }));
    expect(await walk(page, seen, { colours: true, space: 'bo-noi-vu' })).toEqual([]);
  });
}
