// Lighthouse's mobile preset (slow 4G, a CPU four times slower, both simulated), the median of three, for the pages that
// decide whether a learner stays. Measures the machine at HOCMO_URL (default: http://localhost:8000, a `make run` with the
// demo), keeps the figures in bench/results/lighthouse.json, and fails on what misses its goal.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import lighthouse from 'lighthouse';
import { launch } from 'chrome-launcher';
import { browser } from '../browser.mjs';

const HOME = process.env.HOCMO_URL ?? 'http://localhost:8000';
const RESULTS = fileURLToPath(new URL('../../../bench/results/lighthouse.json', import.meta.url));
const RUNS = 3;
const GOALS = { performance: 95, accessibility: 100, lcp_s: 2.0, cls: 0.05 };
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

async function asked(path) {
  const answer = await fetch(`${HOME}/v1/spaces/hue${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}. Is Hocmo running with its demo at ${HOME}?`);
  return answer.json();
}

async function pages() {
  const course = (await asked('/courses')).items[0].id;
  const outline = await asked(`/courses/${course}/outline`);
  const lesson = outline.sections.flatMap((part) => part.lessons)[0].id;
  return { home: '/', course: `/courses/${course}`, lesson: `/courses/${course}/lessons/${lesson}`, 'sign-in': '/sign-in' };
}

async function once(address, port) {
  const { lhr } = await lighthouse(address, { port, onlyCategories: ['performance', 'accessibility'], logLevel: 'error' });
  const of = (audit) => lhr.audits[audit].numericValue;
  return {
    performance: Math.round(lhr.categories.performance.score * 100),
    accessibility: Math.round(lhr.categories.accessibility.score * 100),
    lcp_s: +(of('largest-contentful-paint') / 1000).toFixed(2),
    fcp_s: +(of('first-contentful-paint') / 1000).toFixed(2),
    cls: +of('cumulative-layout-shift').toFixed(3),
    tbt_ms: Math.round(of('total-blocking-time')),
    kb: Math.round(of('total-byte-weight') / 1024),
    failing: lhr.categories.accessibility.auditRefs.filter((ref) => lhr.audits[ref.id].score === 0).map((ref) => ref.id),
  };
}

/** The run whose performance is in the middle. */
function median(runs) {
  return [...runs].sort((one, other) => one.performance - other.performance || other.lcp_s - one.lcp_s)[Math.floor(runs.length / 2)];
}

function misses(name, figures) {
  return Object.entries(GOALS)
    .filter(([what, goal]) => (goal > 10 ? figures[what] < goal : figures[what] > goal))
    .map(([what, goal]) => `${name}: ${what} is ${figures[what]}, the goal ${goal}${what === 'accessibility' ? ` (${figures.failing})` : ''}`);
}

const chrome = await launch({ chromePath: browser() ?? undefined, chromeFlags: FLAGS });
const measured = {};
try {
  for (const [name, path] of Object.entries(await pages())) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await once(`${HOME}/s/hue${path}`, chrome.port));
    measured[name] = median(runs);
    const { performance, accessibility, lcp_s, cls, tbt_ms, kb } = measured[name];
    console.log(`${name.padEnd(8)} performance ${performance}  accessibility ${accessibility}  LCP ${lcp_s} s  CLS ${cls}  TBT ${tbt_ms} ms  ${kb} KB`);
  }
} finally {
  chrome.kill();
}
const revision = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const about = { at: new Date().toISOString().slice(0, 10), revision, runs: RUNS, preset: 'mobile, slow 4G, simulated', cpus: cpus().length };
writeFileSync(RESULTS, `${JSON.stringify({ about, goals: GOALS, pages: measured }, null, 1)}\n`);
const missed = Object.entries(measured).flatMap(([name, figures]) => misses(name, figures));
missed.forEach((line) => console.error(line));
process.exit(missed.length ? 1 : 0);
