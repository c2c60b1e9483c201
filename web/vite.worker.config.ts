import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const dist = process.env['HOCMO_DIST'] ?? fileURLToPath(new URL('./dist/', import.meta.url));

interface Part {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

/** What the learner's build made: what every page needs, and the rest. A version is all of it, by content. */
function program(): { version: string; shell: string[]; rest: string[] } {
  const parts = JSON.parse(readFileSync(`${dist}/build.json`, 'utf8')) as Record<string, Part>;
  const entry = Object.values(parts).find((part) => part.isEntry);
  if (!entry) throw new Error('dist/build.json names no entry: build the pages first');
  const first = new Set<string>();
  const take = (part: Part | undefined) => {
    if (!part || first.has(part.file)) return;
    [part.file, ...(part.css ?? [])].forEach((file) => first.add(file));
    (part.imports ?? []).forEach((name) => take(parts[name]));
  };
  take(entry);
  const pages = ['home/Start', 'home/Home', 'saved/Saved'].map((name) => `src/learner/pages/${name}.svelte`);
  [...pages, 'src/learner/frame/Trouble.svelte', 'src/lib/ui/StateTrouble.svelte', 'src/learner/frame/Line.svelte'].forEach((name) => take(parts[name]));
  const assets = readdirSync(`${dist}/assets`).map((name) => `assets/${name}`);
  const isShell = (file: string) => first.has(file) || file.endsWith('.woff2');
  const shell = ['/index.html', '/boot.js', '/icons/icon.svg', ...assets.filter(isShell).map((file) => `/${file}`)];
  const rest = assets.filter((file) => !isShell(file)).map((file) => `/${file}`);
  const sum = createHash('sha256');
  for (const path of [...shell, ...rest]) sum.update(path).update(path.includes('/assets/') ? '' : readFileSync(`${dist}${path}`));
  return { version: sum.digest('hex').slice(0, 12), shell, rest };
}

// The service worker: one plain script that knows what the pages' build made.
export default defineConfig({
  define: { __PROGRAM__: JSON.stringify(program()) },
  publicDir: false,
  build: {
    target: 'chrome87',
    outDir: dist,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: { entry: fileURLToPath(new URL('./src/worker/sw.ts', import.meta.url)), formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
  },
});
