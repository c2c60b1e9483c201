import 'fake-indexeddb/auto';
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { outbox } from '$lib/offline/outbox.svelte';
import { router } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';
import Ask from './Ask.svelte';
import { standing } from './words';

const HOSTILE = '<img src=x onerror=alert(1)>';
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

// The browser's own fetch is all that is replaced; a Request of a browser takes an address without a host.
const Absolute = class extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, location.href) : input, init);
  }
};
let asked: { path: string; body: unknown; key: string | null }[] = [];
let asking: () => Response = () => json(201, { id: 't1' });
let similar: (q: string) => unknown[] = () => [];

beforeEach(() => {
  asked = [];
  asking = () => json(201, { id: 't1' });
  similar = () => [];
  history.replaceState({}, '', '/questions/new');
  router.query = new URLSearchParams();
  vi.stubGlobal('Request', Absolute);
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith('/similar-threads')) return json(200, { items: similar(url.searchParams.get('q') ?? '') });
    if (request.method !== 'POST') return json(200, { items: [], next: null });
    asked.push({ path: url.pathname, body: await request.json(), key: request.headers.get('idempotency-key') });
    return asking();
  });
  session.enter({ access_token: 't', expires_in: 900, person: { id: 'p1', name: 'An', roles: ['learner'], locale: 'vi' } });
});
afterEach(async () => {
  cleanup();
  await vi.waitFor(() => expect(outbox.sending).toBe(false));
  for (const one of [...outbox.waiting]) await outbox.dismiss(one.number);
});

const title = () => screen.getByLabelText(/trong một câu/) as HTMLInputElement;
const text = () => screen.getByLabelText('Kể rõ hơn') as HTMLTextAreaElement;

async function send() {
  await fireEvent.input(title(), { target: { value: 'Đổi mật khẩu ở đâu?' } });
  await fireEvent.input(text(), { target: { value: 'Em quên rồi.' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Gửi câu hỏi' }));
}

it('what the server refuses stays in the form with its reason, and does not wait besides', async () => {
  asking = () => json(422, { code: 'invalid_input', detail: 'Sai', errors: [{ field: 'title', code: 'x', detail: 'Câu hỏi dài quá.' }] });
  render(Ask);
  await send();
  expect(await screen.findByText('Câu hỏi dài quá.')).toBeTruthy();
  expect([title().value, text().value]).toEqual(['Đổi mật khẩu ở đâu?', 'Em quên rồi.']);
  await vi.waitFor(() => expect(document.activeElement).toBe(title()));
  await vi.waitFor(() => expect(outbox.waiting).toEqual([]));
});

it('what is asked is the text as it was typed, and the place it is about', async () => {
  router.query = new URLSearchParams('course=c1&lesson=l1');
  render(Ask);
  await send();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]!.body).toEqual({
    title: 'Đổi mật khẩu ở đâu?',
    body: 'Em quên rồi.',
    files: [],
    mentions: [],
    course: 'c1',
    lesson: 'l1',
  });
});

it('similar questions are those of what is typed now, told politely, and their titles are text', async () => {
  similar = (q) => [{ id: q, title: `${HOSTILE} ${q}`, answered: true, replies: 2 }];
  render(Ask);
  await fireEvent.input(title(), { target: { value: 'mat khau' } });
  await fireEvent.input(title(), { target: { value: 'mat khau cu' } });
  const link = await screen.findByRole('link', { name: `${HOSTILE} mat khau cu` }, { timeout: 3000 });
  expect(link.getAttribute('href')).toBe('/questions/mat khau cu');
  expect(screen.getByText('Có 1 câu hỏi tương tự.').getAttribute('role')).toBe('status');
  expect(screen.queryByText(`${HOSTILE} mat khau`)).toBeNull();
});

// Last: for a while after a line has failed nothing is sent.
it('asked without a line, a question waits on the device under one key, and the page says so by leaving', async () => {
  asking = () => {
    throw new TypeError('Failed to fetch');
  };
  render(Ask);
  await send();
  await vi.waitFor(() => expect(location.pathname).toBe('/questions'));
  expect(outbox.pending.map((one) => [one.kind, one.title, one.key])).toEqual([['question', 'Đổi mật khẩu ở đâu?', asked[0]!.key]]);
});

it('how a question stands is one word of several, the weightiest first', () => {
  const open = { hidden: false, accepted: false, answered: false, overdue: false, due_at: null };
  const due_at = '2026-11-25T02:30:00Z';
  expect(standing(open).text).toBe('Chờ trả lời');
  expect(standing({ ...open, due_at }).text).toBe('Hẹn trả lời trước 09:30 25/11/2026');
  expect(standing({ ...open, due_at, overdue: true }).text).toBe('Trả lời chậm hơn đã hẹn');
  expect(standing({ ...open, answered: true }).text).toBe('Đã trả lời');
  expect(standing({ ...open, answered: true, accepted: true }).text).toBe('Đã có lời giải');
  expect(standing({ ...open, answered: true, accepted: true, hidden: true }).text).toBe('Đã ẩn');
});
