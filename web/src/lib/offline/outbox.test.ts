import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

beforeEach(() => {
  asked = [];
  says = () => json(200, {});
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname;
    asked.push({ path, body: await request.json(), key: request.headers.get('idempotency-key') });
    return says(path);
  });
  session.enter({ access_token: 't', expires_in: 900, person });
});
afterEach(async () => {
  says = () => json(200, {});
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  for (const one of [...outbox.waiting]) await outbox.dismiss(one.number);
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
  outbox.nudge();
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
  says = () => json(503, { code: 'unavailable', detail: '' });
  await outbox.put(work('/p', { replaces: 'position', body: { at: 1 } }));
  await vi.waitFor(() => expect(asked.length).toBe(1));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  await outbox.put(work('/p', { replaces: 'position', body: { at: 2 } }));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  await outbox.put(work('/p', { replaces: 'position', body: { at: 3 } }));
  expect(outbox.pending.map((one) => one.body)).toEqual([{ at: 3 }]);
});

test('somebody else on the same phone neither sees it nor sends it', async () => {
  says = () => json(503, { code: 'unavailable', detail: '' });
  await outbox.put(work('/mine'));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  asked = [];
  says = () => json(200, {});
  session.enter({ access_token: 'u', expires_in: 900, person: { ...person, id: 'p2' } });
  await outbox.ask(work('/theirs'));
  expect(asked.map((one) => one.path)).toEqual(['/theirs']);
  session.enter({ access_token: 't', expires_in: 900, person });
  outbox.nudge();
  await vi.waitFor(() => expect(asked.map((one) => one.path)).toEqual(['/theirs', '/mine']));
});
