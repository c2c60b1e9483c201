import { beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '../session.svelte';
import { api, ask } from './client';

const person = { id: '01hq', name: 'An', roles: ['learner' as const], locale: 'vi' as const };
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** What was asked with, request by request: `POST /v1/…/sessions Bearer t`. */
function server(refresh: () => Response): string[] {
  const asked: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    if (!(input instanceof Request)) return refresh();
    asked.push(`${input.method} ${new URL(input.url).pathname} ${input.headers.get('authorization') ?? '-'}`);
    return json(200, { items: [], next: null });
  });
  return asked;
}

describe('what requests are sent with', () => {
  const params = { path: { space: 'hue' } };
  beforeEach(() => session.enter({ access_token: 'old', expires_in: 0, person }));

  it('is a token that is good for a while', async () => {
    const asked = server(() => json(200, { access_token: 'new', expires_in: 900, person }));
    await ask(api.GET('/v1/spaces/{space}/courses', { params }));
    expect(asked).toEqual(['GET /v1/spaces/hue/courses Bearer new']);
  });

  it('is nothing once the session has ended: what is public is shown all the same', async () => {
    const asked = server(() => json(401, { code: 'session_ended', detail: '' }));
    await ask(api.GET('/v1/spaces/{space}/courses', { params }));
    expect(asked).toEqual(['GET /v1/spaces/hue/courses -']);
    expect([session.isIn, session.ended]).toEqual([false, true]);
  });

  it('is nothing where another session begins: the one of before, ended or not, hinders nobody', async () => {
    const asked = server(() => json(401, { code: 'session_ended', detail: '' }));
    const body = { login: 'an@hue.example', password: 'x' };
    await ask(api.POST('/v1/spaces/{space}/sessions', { params, headers: session.headers, body }));
    expect(asked).toEqual(['POST /v1/spaces/hue/sessions -']);
    expect(session.isIn).toBe(true);
  });
});
