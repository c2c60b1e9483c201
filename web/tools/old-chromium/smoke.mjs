// Draws pages in Chromium 88, the oldest that the web client promises to run in.
//   node smoke.mjs http://localhost:8000/s/hue/ …    each page must be drawn, and nothing may be thrown
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import chromium from 'chrome-aws-lambda';
import puppeteer from 'puppeteer-core';

const PATIENCE_MS = 30_000;

async function drawn(browser, address) {
  const page = await browser.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`threw: ${error.message}`));
  // An answer of the API that refuses is what the page is there to tell.
  page.on('console', (line) => line.type() === 'error' && !/^Failed to load resource/.test(line.text()) && wrong.push(`said: ${line.text()}`));
  await page.setViewport({ width: 360, height: 800 });
  await page.goto(address, { waitUntil: 'networkidle2', timeout: PATIENCE_MS });
  await page.waitForSelector('h1', { timeout: PATIENCE_MS }).catch(() => wrong.push('no heading was drawn'));
  const told = await page.evaluate(() => document.querySelector('#main')?.innerText.trim().length ?? 0);
  if (told < 40) wrong.push(`only ${told} characters were drawn`);
  const heading = await page.evaluate(() => document.querySelector('h1')?.innerText);
  await page.close();
  return { heading, wrong };
}

// Outside of Lambda the package says that there is no browser; the binary that it carries runs all the same.
const inflate = createRequire(import.meta.url)('lambdafs').inflate;
const carried = fileURLToPath(new URL('./node_modules/chrome-aws-lambda/bin/', import.meta.url));
const [program] = await Promise.all(['chromium.br', 'swiftshader.tar.br'].map((name) => inflate(carried + name)));
const browser = await puppeteer.launch({ executablePath: program, args: chromium.args, headless: true });
let failed = 0;
try {
  console.log(await browser.version());
  for (const address of process.argv.slice(2)) {
    const { heading, wrong } = await drawn(browser, address);
    console.log(`${wrong.length ? 'FAILS' : 'drawn'}  ${new URL(address).pathname}  ${heading ?? ''}`);
    wrong.forEach((line) => console.log(`       ${line}`));
    failed += wrong.length;
  }
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);
