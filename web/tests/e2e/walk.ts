/** What people do, in their words; and what no page may do while they do it. */

import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { PASSWORD, root } from './api';

export { expect };
export const SPACE = 'hue';

/** Whatever a page may never do: throw, break its policy, ask another host, complain in the console. */
export function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`${page.url()} threw ${error.message}`));
  page.on('console', (line) => {
    // An answer of the API that refuses, or a line that is gone, is what the page is there to tell.
    if (line.type() === 'error' && !/^Failed to load resource/.test(line.text())) faults.push(`${page.url()} said ${line.text()}`);
    if (line.type() === 'error' && /status of 404/.test(line.text()) && !line.location().url.includes('/v1/')) faults.push(`${line.location().url} is not there`);
  });
  page.on('request', (request) => {
    const host = new URL(request.url()).hostname;
    if (host && !/(^|\.)localhost$|^127\.0\.0\.1$/.test(host)) faults.push(`${page.url()} asked ${request.url()}`);
  });
  void page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
}

interface Fixtures {
  faults: string[];
}

export const test = base.extend<Fixtures>({
  faults: async ({}, use) => {
    const faults: string[] = [];
    await use(faults);
    expect(faults).toEqual([]);
  },
  page: async ({ page, faults }, use) => {
    watch(page, faults);
    await use(page);
  },
});

/** Another phone, or another person's. */
export async function anotherDevice(browser: Browser, faults: string[]): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
  const page = await context.newPage();
  watch(page, faults);
  return { page, context };
}

export const address = (path: string, space = SPACE) => `${root()}/s/${space}${path}`;

export async function open(page: Page, path: string, space = SPACE): Promise<void> {
  await page.goto(address(path, space));
  await heading(page);
}

/** The one heading, once what the page is about has come. */
export async function heading(page: Page): Promise<string> {
  const found = page.locator('h1').first();
  await expect(found).toBeVisible();
  return (await found.innerText()).trim();
}

/** Turn to a page as a link does: without loading anew. */
export async function turnTo(page: Page, path: string, space = SPACE): Promise<void> {
  await page.evaluate((href) => {
    const link = document.createElement('a');
    link.href = href;
    document.body.append(link);
    link.click();
    link.remove();
  }, `/s/${space}${path}`);
}

export async function signIn(page: Page, who: string, space = SPACE): Promise<void> {
  await open(page, '/sign-in', space);
  await page.getByLabel('Tên đăng nhập').or(page.locator('[name=username]')).first().fill(`${who}@${space}.hocmo.local`);
  await page.locator('[name=password], [autocomplete=current-password]').first().fill(PASSWORD);
  await page.locator('form button[type=submit]').first().click();
  await expect(page).not.toHaveURL(/\/sign-in/);
  await heading(page);
}

/** As a phone that was told so remembers it. */
export async function prefer(page: Page, settings: { theme?: 'light' | 'dark'; language?: 'vi' | 'en'; size?: string }): Promise<void> {
  await page.addInitScript((kept) => localStorage.setItem('hocmo:settings', kept), JSON.stringify(settings));
}
