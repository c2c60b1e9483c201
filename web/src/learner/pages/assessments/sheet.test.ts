import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { all } from '$lib/data/db';
import { outbox } from '$lib/offline/outbox.svelte';
import { session } from '$lib/session.svelte';
import type { Asked } from '$lib/questions/kinds';
import { ServerClock } from './clock';
import { Sheet } from './sheet.svelte';

// A server of one sitting: the browser's own fetch is all that is replaced.
const DUE = Date.parse('2026-11-25T03:20:00Z');
let asked: string[] = [];
let bodies: { response: unknown; sequence: number }[] = [];
let state: 'open' | 'submitted' = 'open';
let kept: Record<string, { response: unknown; sequence: number }> = {};
let isUp = true;
let serverTime = DUE - 600_000;
let refuses: string | null = null;
let ends: (() => void)[] = [];

const person = { id: 'p1', name: 'An', roles: ['learner' as const], locale: 'vi' as const };
const question = (id: string, kind: 'single' | 'short_answer') => ({ id, kind, prompt: id, choices: [] }) as unknown as Asked;
const [q1, q2] = [question('1', 'single'), question('2', 'short_answer')];
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const time = () => new Date(serverTime).toISOString();
const sitting = () => ({
  assessment: 'a', title: 'Bài', number: 1, state, due_at: new Date(DUE).toISOString(), answers_until: null,
  server_time: time(), questions: [q1, q2], pictures: {}, answers: kept, result: null,
}); // prettier-ignore

async function answers(request: Request): Promise<Response> {
  if (!isUp) throw new TypeError('Failed to fetch');
  const path = new URL(request.url).pathname.split('/sittings/1')[1] ?? '';
  asked.push(`${request.method} ${path}`);
  if (path === '/submission') state = 'submitted';
  if (!path.startsWith('/answers/')) return json(200, sitting());
  const body = (await request.json()) as (typeof bodies)[number];
  const id = path.split('/')[2] ?? '';
  bodies.push(body);
  if (refuses) return json(409, { code: refuses, detail: 'Không ghi.' });
  if (body.sequence > (kept[id]?.sequence ?? 0)) kept = { ...kept, [id]: body };
  return json(200, { question: Number(id), sequence: kept[id]?.sequence, server_time: time() });
}

// A browser knows where the page is; Node's Request does not.
class PageRequest extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, 'http://localhost') : input, init);
  }
}

outbox.start();
let hour = Date.parse('2031-01-01T00:00:00Z'); // a phone that is years off

beforeEach(() => {
  hour += 3_600_000;
  vi.spyOn(Date, 'now').mockImplementation(() => hour);
  vi.stubGlobal('fetch', answers);
  vi.stubGlobal('Request', PageRequest);
  [asked, bodies, state, kept, isUp, serverTime, refuses] = [[], [], 'open', {}, true, DUE - 600_000, null];
  session.enter({ access_token: 't', expires_in: 1e9, person });
});
afterEach(async () => {
  ends.splice(0).forEach((end) => end());
  vi.restoreAllMocks();
  isUp = true;
  window.dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  for (const one of await all<{ number: number }>('outbox')) await outbox.dismiss(one.number);
});

async function opened(clock = new ServerClock()): Promise<Sheet> {
  const sheet = new Sheet('a', 1, clock);
  ends.push(sheet.listen());
  await vi.waitFor(() => expect(sheet.loading).toBe(false));
  return sheet;
}

it('numbers answers after the highest that anybody gave, and says when the server has them', async () => {
  kept = { '1': { response: ['a'], sequence: 7 } };
  const sheet = await opened();
  expect([sheet.answers['1'], sheet.saved('1'), sheet.left]).toEqual([['a'], 'saved', 600]);
  sheet.give(q1, ['b']);
  expect(sheet.saved('1')).toBe('saving');
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('saved'));
  expect(bodies).toMatchObject([{ response: ['b'], sequence: 8 }]);
});

it('puts what is typed down once, however many letters, and before it is submitted', async () => {
  const sheet = await opened();
  for (const text of ['m', 'mậ', 'mật']) sheet.give(q2, text);
  await sheet.submit();
  expect(asked.slice(-2)).toEqual(['PUT /answers/2', 'POST /submission']);
  expect(bodies).toMatchObject([{ response: 'mật', sequence: 1 }]);
  expect([sheet.isOpen, sheet.locked]).toEqual([false, true]);
});

it('without a line goes on, is found again after a reload, and is submitted after its answers', async () => {
  kept = { '1': { response: ['a'], sequence: 1 } };
  const sheet = await opened();
  isUp = false;
  window.dispatchEvent(new Event('offline'));
  sheet.give(q1, ['b']);
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('waits'));
  const again = await opened();
  again.settle();
  expect(again.answers['1']).toEqual(['b']);
  expect(again.left).toBeNull(); // nobody knows without the server
  expect(again.locked).toBe(false);
  await again.submit();
  expect([again.queued, again.locked, again.problem]).toEqual([true, true, null]);
  expect((await opened()).queued).toBe(true);
  isUp = true;
  window.dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(again.isOpen).toBe(false));
  expect(asked.filter((one) => !one.startsWith('GET'))).toEqual(['PUT /answers/1', 'POST /submission']);
});

it('shows what another device has answered, and says so', async () => {
  const sheet = await opened();
  refuses = 'answered_elsewhere';
  kept = { '1': { response: ['c'], sequence: 1 } };
  sheet.give(q1, ['b']);
  await vi.waitFor(() => expect(outbox.refused).toHaveLength(1));
  sheet.settle();
  await vi.waitFor(() => expect(sheet.answers['1']).toEqual(['c']));
  expect(sheet.elsewhere).toBe(true);
  await vi.waitFor(() => expect(outbox.waiting).toEqual([]));
});

it('keeps the reason for what was not taken, until it is answered again', async () => {
  const sheet = await opened();
  refuses = 'sheet_full';
  sheet.give(q1, ['b']);
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('refused'));
  expect(sheet.refused[0]?.refused?.detail).toBe('Không ghi.');
  refuses = null;
  sheet.give(q1, ['a']);
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('saved'));
  expect(sheet.refused).toEqual([]);
});

it('a zero of its own locks, and the server decides: longer, or submitted with what was typed', async () => {
  let [ticks, wall] = [0, 0];
  const sheet = await opened(new ServerClock(() => ticks, () => wall)); // prettier-ignore
  const pass = (ms: number) => {
    ticks += ms;
    wall += ms;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  serverTime = DUE - 60_000;
  pass(600_000);
  expect(sheet.over).toBe(true);
  await vi.waitFor(() => expect([sheet.over, sheet.left, sheet.locked]).toEqual([false, 60, false]));
  sheet.give(q2, 'mật');
  serverTime = DUE + 1_000;
  pass(61_000);
  sheet.give(q2, 'muộn');
  await vi.waitFor(() => expect(sheet.isOpen).toBe(false));
  expect(kept).toMatchObject({ '2': { response: 'mật' } });
  expect(asked.slice(-1)).toEqual(['POST /submission']);
});

it('what comes too late is told with its reason, beside how it went', async () => {
  const sheet = await opened();
  [state, refuses] = ['submitted', 'sitting_submitted'];
  sheet.give(q1, ['b']);
  await vi.waitFor(() => expect(outbox.refused).toHaveLength(1));
  sheet.settle();
  await vi.waitFor(() => expect(sheet.isOpen).toBe(false));
  expect(sheet.refused.map((one) => one.refused?.detail)).toEqual(['Không ghi.']);
});

it('where the device keeps nothing, the server does; what neither keeps is called lost and not submitted without', async () => {
  const sheet = await opened();
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  sheet.give(q1, ['a']);
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('saved'));
  isUp = false;
  sheet.give(q1, ['b']);
  await vi.waitFor(() => expect(sheet.saved('1')).toBe('lost'));
  await sheet.submit();
  expect([sheet.isOpen, sheet.problem?.code]).toEqual([true, 'offline']);
  isUp = true;
  await sheet.submit();
  expect([sheet.isOpen, kept['1']?.response]).toEqual([false, ['b']]);
});
