import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { all } from '../data/db';
import { session } from '../session.svelte';
import { outbox, type NewWork } from './outbox.svelte';

// What the server is asked, in order, and what it says: the browser's own fetch is all that is replaced.
let asked: { path: string; body: unknown; key: string | null }[] = [];
let says: (path: string) => Response = () => json(200, {});

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

const person = { id: 'p1', name: 'Nguyễn Văn An', roles: ['learner' as const], locale: 'vi' as const };
const work = (path: string, more: Partial<NewWork> = {}): NewWork => ({
  kind: 'progress',
  method: 'PUT',
  path: `http://localhost${path}`,
  body: { path },
  title: path,
  ...more,
});

const lineIsBack = () => window.dispatchEvent(new Event('online'));
outbox.start();

let hour = Date.parse('2026-11-25T00:00:00Z');

beforeEach(() => {
  hour += 3_600_000; // no pause of a test before holds
  vi.spyOn(Date, 'now').mockImplementation(() => hour);
  asked = [];
  says = () => json(200, {});
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return says(request);
    const path = new URL(request.url).pathname;
    asked.push({ path, body: await request.json(), key: request.headers.get('idempotency-key') });
    return says(path);
  });
  session.enter({ access_token: 't', expires_in: 900, person });
});
afterEach(async () => {
  says = () => json(200, {});
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  for (const one of await all<{ number: number }>('outbox')) await outbox.dismiss(one.number);
});

test('work is sent in the order in which it was put down', async () => {
  await Promise.all([outbox.put(work('/a')), outbox.put(work('/b'))]);
  await outbox.ask(work('/c'));
  expect(asked.map((one) => one.path)).toEqual(['/a', '/b', '/c']);
  await vi.waitFor(() => expect(outbox.pending).toEqual([]));
});

test('without a line nothing is lost, and the same key is sent again', async () => {
  says = () => {
    throw new TypeError('Failed to fetch');
  };
  await expect(outbox.ask(work('/q', { method: 'POST', key: 'once' }))).rejects.toMatchObject({ code: 'offline' });
  expect(outbox.pending.map((one) => one.title)).toEqual(['/q']);
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  says = () => json(201, {});
  lineIsBack();
  await vi.waitFor(() => expect(outbox.pending).toEqual([]));
  expect(asked.map((one) => one.key)).toEqual(['once', 'once']);
});

test('what the server refuses stays with its reason, and the next goes on', async () => {
  says = (path) => (path === '/late' ? json(409, { code: 'sitting_over', detail: 'Đã hết giờ.' }) : json(200, {}));
  await expect(outbox.ask(work('/late'))).rejects.toMatchObject({ code: 'sitting_over' });
  await outbox.ask(work('/next'));
  expect(outbox.refused.map((one) => [one.title, one.refused?.detail])).toEqual([['/late', 'Đã hết giờ.']]);
  await outbox.dismiss(outbox.refused[0]!.number);
  expect(outbox.waiting).toEqual([]);
});

test('of a position only the newest is sent', async () => {
  says = () => {
    throw new TypeError('Failed to fetch');
  };
  await outbox.put(work('/p', { replaces: 'position', body: { at: 1 } }));
  await vi.waitFor(() => expect(asked.length).toBe(1));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  await outbox.put(work('/p', { replaces: 'position', body: { at: 2 } }));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  await outbox.put(work('/p', { replaces: 'position', body: { at: 3 } }));
  expect(outbox.pending.map((one) => one.body)).toEqual([{ at: 3 }]);
});

test('somebody else on the same phone neither sees it nor sends it', async () => {
  says = () => {
    throw new TypeError('Failed to fetch');
  };
  await outbox.put(work('/mine'));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  asked = [];
  says = () => json(200, {});
  session.enter({ access_token: 'u', expires_in: 900, person: { ...person, id: 'p2' } });
  lineIsBack();
  await outbox.ask(work('/theirs'));
  expect(asked.map((one) => one.path)).toEqual(['/theirs']);
  expect(outbox.strangers).toEqual([{ person: 'p1', count: 1 }]);
  session.enter({ access_token: 't', expires_in: 900, person });
  lineIsBack();
  await vi.waitFor(() => expect(asked.map((one) => one.path)).toEqual(['/theirs', '/mine']));
});

test('a token that turns out to be another person’s sends nothing of the first', async () => {
  session.enter({ access_token: 't', expires_in: 0, person });
  says = (path) =>
    path.endsWith('/refresh') ? json(200, { access_token: 'o', expires_in: 900, person: { ...person, id: 'p2' } }) : json(200, {});
  await outbox.put(work('/mine'));
  await vi.waitFor(() => expect(session.person?.id).toBe('p2'));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  expect(asked).toEqual([]);
  expect((await all<{ person: string }>('outbox')).map((one) => one.person)).toEqual(['p1']);
});

test('what is done after the session has ended waits for the same person, who is told', async () => {
  session.enter({ access_token: 't', expires_in: 0, person });
  says = () => json(401, { code: 'session_ended', detail: '' });
  await session.token().catch(() => undefined);
  await expect(outbox.ask(work('/quiz', { method: 'POST', key: 'k' }))).rejects.toMatchObject({ code: 'session_ended' });
  expect(outbox.pending.map((one) => one.title)).toEqual(['/quiz']);
  says = () => json(200, {});
  session.enter({ access_token: 't', expires_in: 900, person });
  await vi.waitFor(() => expect(asked.map((one) => one.path)).toEqual(['/quiz']));
});

test.each([
  ['a space that is suspended or being restored', 403, { code: 'space_suspended' }, {}],
  ['the first try still under way', 409, { code: 'still_running' }, { 'retry-after': '2' }],
  ['a firewall on the way', 403, '<html>', {}],
  ['a server in trouble', 500, { code: 'internal' }, {}],
])('%s refuses nothing for ever, and other kinds go on', async (_, status, body, headers) => {
  says = (path) =>
    path === '/held' ? new Response(JSON.stringify(body), { status, headers: headers as HeadersInit }) : json(200, {});
  await outbox.put(work('/held'));
  await outbox.ask(work('/other', { kind: 'reply', method: 'POST', key: 'r' }));
  expect(outbox.refused).toEqual([]);
  expect(outbox.pending.map((one) => one.title)).toEqual(['/held']);
  await outbox.put(work('/behind'));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  expect(asked.map((one) => one.path)).toEqual(['/held', '/other']);
});

test('an answer that the device has no room for leaves the one before', async () => {
  says = () => {
    throw new TypeError('Failed to fetch');
  };
  await outbox.put(work('/a', { replaces: 'answer', body: 1 }));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await expect(outbox.put(work('/a', { replaces: 'answer', body: 2 }))).rejects.toMatchObject({ code: 'device_full' });
  vi.restoreAllMocks();
  expect((await all<{ body: unknown }>('outbox')).map((one) => one.body)).toEqual([1]);
});

test('what another window has sent is told here too', async () => {
  const told: unknown[] = [];
  const quiet = outbox.heard((_, answer) => told.push(answer));
  const other = new BroadcastChannel('hocmo::outbox');
  other.postMessage({ number: 999, work: { ...work('/x'), person: 'p1' }, answer: { ok: 1 } });
  await vi.waitFor(() => expect(told).toEqual([{ ok: 1 }]));
  quiet();
  other.close();
});
