import { expect, test } from 'vitest';
import { request, requests } from './requests';

test('parameters stand in their places, and none of them leaves its own', async () => {
  const made = request('POST', '/v1/spaces/{space}/courses/{course}', {
    params: {
      path: { space: 'hue', course: '../a b?c' },
      query: { q: 'Đà Nẵng', limit: 20, cursor: undefined, kind: ['pdf', 'link'] },
      header: { 'Idempotency-Key': 'once' },
    },
    headers: { accept: 'application/json' },
    body: { title: 'Một' },
  });
  const url = new URL(made.url);
  expect(url.pathname).toBe('/v1/spaces/hue/courses/..%2Fa%20b%3Fc');
  expect([...url.searchParams]).toEqual([['q', 'Đà Nẵng'], ['limit', '20'], ['kind', 'pdf'], ['kind', 'link']]);
  expect([made.headers.get('idempotency-key'), made.headers.get('content-type')]).toEqual(['once', 'application/json']);
  expect(await made.json()).toEqual({ title: 'Một' });
});

test('an answer is data, a refusal an error, and nothing is nothing', async () => {
  const answers = [new Response('{"a":1}'), new Response('{"code":"x"}', { status: 409 }), new Response(null, { status: 204 }), new Response('<html>', { status: 502 })];
  const api = requests(() => Promise.resolve(answers.shift()!));
  const ask = () => api.GET('/v1/health');
  expect((await ask()).data).toEqual({ a: 1 });
  expect((await ask()).error).toEqual({ code: 'x' });
  expect((await ask()).data).toBeUndefined();
  expect((await ask()).error).toBeUndefined();
});
