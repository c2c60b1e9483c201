// What the built client may weigh and hold: `npm run budget`, after a build. Each fault is a line; any fault fails.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parse } from 'acorn';

const DIST = process.env.HOCMO_DIST ?? fileURLToPath(new URL('../dist', import.meta.url));
const KB = 1024;
const FIRST = 35 * KB; // JavaScript of the entry and of what `/` shows a stranger
const ROUTE = 8 * KB; // JavaScript that one page alone brings
const CSS = 8 * KB; // all styles of one page
// What `/` shows a stranger, and whoever is in.
const HOMES = ['src/learner/pages/home/Start.svelte', 'src/learner/pages/home/Home.svelte'];
// Brought by one page, lazily, for some: a library's weight is known and its own.
const BY_ITSELF = { 'node_modules/hls.js': 120 * KB };
// Addresses that are names, and are never asked for.
const NAMES = /^https?:\/\/(www\.w3\.org\/|json-schema\.org\/|purl\.imsglobal\.org\/|svelte\.dev\/e\/|localhost\b)/;
// What Chromium 88 does not have and no syntax shows.
const NEWER = [
  [/\.at\(-?\d*\)/, 'Array.at'],
  [/\bObject\.hasOwn\(/, 'Object.hasOwn'],
  [/\bstructuredClone\(/, 'structuredClone'],
  [/\bcrypto\.randomUUID\(/, 'crypto.randomUUID'],
  [/\bAbortSignal\.(timeout|any)\(/, 'AbortSignal.timeout'],
  [/\.(findLast|findLastIndex|toSorted|toReversed|toSpliced)\(/, 'findLast, toSorted and the like'],
  [/\bPromise\.withResolvers\(/, 'Promise.withResolvers'],
  [/\b(Object|Map)\.groupBy\(/, 'Object.groupBy'],
];
const NEWER_CSS = [
  [/:has\(/, ':has()'],
  [/color-mix\(/, 'color-mix()'],
  [/\d(dvh|svh|lvh|dvw)\b/, 'dvh and the like'],
  [/@container\b/, 'container queries'],
  [/@layer\b/, '@layer'],
  [/\boklch\(/, 'oklch()'],
];

const faults = [];
const parts = JSON.parse(read('build.json'));
const entry = Object.entries(parts).find(([, part]) => part.isEntry)?.[0];
if (!entry || !HOMES.every((home) => parts[home])) throw new Error(`build.json names no entry, or not ${HOMES}: build first`);

function read(file) {
  return readFileSync(`${DIST}/${file}`, 'utf8');
}

const weights = new Map();
function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(readFileSync(`${DIST}/${file}`), { level: 9 }).length);
  return weights.get(file);
}

/** A part and all that comes with it at once: what it imports, and so on. */
function withAll(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  (parts[name].imports ?? []).forEach((each) => withAll(each, found));
  return found;
}

const scripts = (names) => [...new Set([...names].map((name) => parts[name].file))];
const styles = (names) => [...new Set([...names].flatMap((name) => parts[name].css ?? []))];
const sum = (files) => files.reduce((total, file) => total + weight(file), 0);
const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;

function within(what, bytes, most, files) {
  if (bytes <= most) return;
  const held = files.map((file) => `${file} ${weight(file)}`).join(', ');
  faults.push(`${what}: ${bytes} bytes (${kb(bytes)}) where ${kb(most)} are agreed: ${held}`);
}

// Weights. A page answers for its chunk and for what it alone brings; a piece that several share answers for itself.
const started = withAll(entry);
const firsts = HOMES.map((home) => scripts(new Set([...started, ...withAll(home)])));
for (const first of firsts) within('entry and home', sum(first), FIRST, first);
const brought = new Map();
for (const page of Object.keys(parts).filter((name) => parts[name].isDynamicEntry)) {
  brought.set(page, new Set([...withAll(page)].filter((name) => !started.has(name))));
}
const users = (name) => [...brought.values()].filter((held) => held.has(name)).length;
let heaviest = ['', 0];
for (const [page, held] of brought) {
  const own = scripts([...held].filter((name) => name === page || users(name) === 1));
  const library = Object.keys(BY_ITSELF).find((name) => page.includes(name));
  within(page, sum(own), library ? BY_ITSELF[library] : ROUTE, own);
  if (!library && sum(own) > heaviest[1]) heaviest = [page, sum(own)];
  const dressed = styles(new Set([...started, ...held]));
  within(`${page} (styles)`, sum(dressed), CSS, dressed);
}
for (const name of Object.keys(parts)) {
  const shared = !started.has(name) && !brought.has(name) && users(name) > 1 && parts[name].file.endsWith('.js');
  if (shared) within(`${name}, shared`, weight(parts[name].file), ROUTE, [parts[name].file]);
}

// What stands in the files.
const page = read('index.html');
if (/<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=|\son\w+=/.test(page)) faults.push('index.html: a script or a style stands in the page');
const files = readdirSync(DIST, { recursive: true }).map(String);
for (const file of files.filter((name) => /\.(js|css|html|svg)$/.test(name))) {
  const text = read(file);
  const named = (text.match(/https?:\/\/[\w.-]+[^\s"'`)\\<]*/g) ?? []).filter((address) => !NAMES.test(address));
  if (named.length) faults.push(`${file}: names another host: ${[...new Set(named)].join(', ')}`);
  if (file.endsWith('.css')) told(file, text, NEWER_CSS);
  if (!file.endsWith('.js')) continue;
  told(file, text, NEWER);
  try {
    const tree = parse(text, { ecmaVersion: 2022, sourceType: file.startsWith('assets/') ? 'module' : 'script' });
    const newer = tooNew(tree, false);
    if (newer) faults.push(`${file}: ${newer} is newer than Chromium 88`);
  } catch (error) {
    faults.push(`${file}: syntax that Chromium 88 does not know: ${error.message}`);
  }
}

/** What of ES2022 came after Chromium 88, which knows private and public fields. */
function tooNew(node, inFunction) {
  if (Array.isArray(node)) return node.map((one) => tooNew(one, inFunction)).find(Boolean);
  if (!node || typeof node.type !== 'string') return undefined;
  if (node.type === 'StaticBlock') return 'a static block of a class';
  if (node.type === 'BinaryExpression' && node.left.type === 'PrivateIdentifier') return '#name in …';
  if (node.type === 'AwaitExpression' && !inFunction) return 'await outside of a function';
  if (node.type === 'Literal' && node.regex?.flags.includes('d')) return 'the flag d of a pattern';
  const inside = inFunction || /Function/.test(node.type);
  return Object.values(node).map((value) => (typeof value === 'object' ? tooNew(value, inside) : undefined)).find(Boolean);
}

function told(file, text, marks) {
  for (const [mark, what] of marks) if (mark.test(text)) faults.push(`${file}: ${what} is newer than Chromium 88`);
}

console.log(`entry and home ${firsts.map((first) => kb(sum(first))).join(', ')} of ${kb(FIRST)}; heaviest page ${heaviest[0]} ${kb(heaviest[1])} of ${kb(ROUTE)}`);
if (faults.length) {
  faults.forEach((fault) => console.error(fault));
  process.exit(1);
}
