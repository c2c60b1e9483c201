/** The service worker: pages without a line, and push. It keeps the program, never an answer of the API: what is one
 * person's stands in the page's own store, and goes when they sign out. */

declare const self: ServiceWorkerGlobalScope;
/** What the build put into dist/: `shell` is what any page needs, `rest` every page's own part. */
declare const __PROGRAM__: { version: string; shell: string[]; rest: string[] };

const PROGRAM = __PROGRAM__;
const NAME = `hocmo-${PROGRAM.version}`;
const INDEX = '/index.html';
/** A cache that no version clears: whether this person wants the whole program here. */
const WISHES = 'wishes-of-hocmo';
const WHOLE = '/whole';
const ALL = [...PROGRAM.shell, ...PROGRAM.rest];

self.addEventListener('install', (event) => {
  // Whoever has saved courses learns without a line tomorrow too: a new version is whole before it takes over.
  event.waitUntil(
    wantsWhole()
      .then((whole) => keep(whole ? ALL : PROGRAM.shell))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([forgetOlder(), self.clients.claim()]));
});

self.addEventListener('message', (event) => {
  if (event.data === 'keep-all') event.waitUntil(keepAll(event.ports[0]));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate') {
    if (isPage(url.pathname)) event.respondWith(newest(event.request, INDEX));
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(kept(event.request));
  } else if (PROGRAM.shell.includes(url.pathname)) {
    event.respondWith(newest(event.request, url.pathname));
  }
});

/** Addresses of the learner's pages: not the API's, nor the admins' half, nor a file's. */
function isPage(path: string): boolean {
  if (/^\/(v1|docs|admin|local\/mail)(\/|$)/.test(path) || /^\/s\/[a-z0-9-]+\/admin(\/|$)/.test(path)) return false;
  return !/\.([a-z][a-z0-9]{0,10})?$/.test(path); // as the edge says (infra/pages.py)
}

/** What has a name without a hash (a page, the first script, an icon): the newest where there is a line within three
 * seconds; else this version's own, never one that an older version left. */
async function newest(request: Request, path: string): Promise<Response> {
  const here = await caches.match(path, { cacheName: NAME });
  if (!here) return fetch(request);
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(here), 3000));
  const asked = fetch(request).then(
    (answer) => (answer.ok ? answer : here),
    () => here,
  );
  return Promise.race([asked, late]);
}

/** What a name with a hash stands for never changes: from here first, whichever version brought it. */
async function kept(request: Request): Promise<Response> {
  const here = await caches.match(request, { ignoreVary: true });
  if (here) return here;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    void caches.open(NAME).then((cache) => cache.put(request, copy));
  }
  return answer;
}

async function wantsWhole(): Promise<boolean> {
  return (await caches.match(WHOLE, { cacheName: WISHES })) !== undefined;
}

async function keepAll(asked: MessagePort | undefined): Promise<void> {
  try {
    await (await caches.open(WISHES)).put(WHOLE, new Response('1'));
    await keep(ALL);
    asked?.postMessage('kept');
  } catch {
    asked?.postMessage('failed');
  }
}

/** Have these here, one by one: what was cut short goes on where it stopped. What another version has under the same
 * name, which holds its content's hash, is the same. */
async function keep(paths: string[]): Promise<void> {
  const cache = await caches.open(NAME);
  for (const path of paths) {
    if (await cache.match(path)) continue;
    const hashed = path.startsWith('/assets/');
    const other = hashed ? await caches.match(path) : undefined;
    const answer = other ?? (await fetch(new Request(path, { cache: hashed ? 'default' : 'reload' })));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    await cache.put(path, answer);
  }
}

/** The version before this one stays: a page that is open may still ask for its parts. */
async function forgetOlder(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith('hocmo-') && name !== NAME);
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
}

self.addEventListener('push', (event) => {
  const note = event.data?.json() as { id?: string; title?: string; text?: string; link?: string } | undefined;
  if (!note?.title) return;
  event.waitUntil(
    self.registration.showNotification(note.title, {
      body: note.text,
      tag: note.id, // the same one is shown once
      icon: '/icons/icon-192.png',
      badge: '/icons/badge-96.png',
      data: note.link,
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const link = new URL(String(event.notification.data ?? '/'), self.location.origin);
  if (link.origin === self.location.origin) event.waitUntil(open(link.href));
});

async function open(address: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const there = windows.find((one) => one.url === address);
  if (there) await there.focus();
  else await self.clients.openWindow(address);
}

export {};
