// Which browser the tests drive: CHROME_PATH, else one of this machine, else Playwright's own. Prints it; status 1: none.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const APPS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** Everywhere the PATH has a program of one of the names. */
function onThePath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** A distribution's stand-in that only says how to get the real one does not start. */
function starts(program) {
  const told = spawnSync(program, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 20_000 });
  return told.status === 0 && /Chrom/.test(told.stdout);
}

/** The path of the browser, or null. */
export function browser() {
  const named = process.env.CHROME_PATH;
  if (named) return starts(named) ? named : null;
  const here = [...onThePath(), ...APPS].filter((path) => existsSync(path)).find(starts);
  if (here) return here;
  const own = chromium.executablePath();
  return existsSync(own) && starts(own) ? own : null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = browser();
  if (found) console.log(found);
  process.exit(found ? 0 : 1);
}
