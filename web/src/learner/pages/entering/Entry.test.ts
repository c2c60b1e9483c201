import { render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { router } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';
import Entry from './Entry.svelte';

const CODE = `01hq3v7k2m8x9d4t6w5z1c.${'k'.repeat(43)}`;
const person = { id: '01hq', name: 'An', roles: ['learner'], locale: 'vi' };
const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** The page at `/entry…`, while the server answers so. */
function entry(rest: string, ...answers: Response[]): { asked: unknown[] } {
  history.replaceState(null, '', `/entry${rest}`);
  router.query = new URLSearchParams(location.search);
  router.fragment = new URLSearchParams(location.hash.slice(1));
  const asked: unknown[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    asked.push(await (input as Request).clone().json());
    return answers.shift() ?? json(500, {});
  });
  render(Entry);
  return { asked };
}

describe('coming back from elsewhere', () => {
  beforeEach(() => {
    sessionStorage.clear();
    session.person = null;
    window.scrollTo = () => undefined;
  });

  it.each([
    ['/courses/01hq', '/courses/01hq'],
    ['//evil.example/x', '/'],
    [null, '/library'],
  ])('lands at %s', async (told, landed) => {
    sessionStorage.setItem('hocmo::elsewhere', JSON.stringify({ verifier: 'v', party: 'provider', id: 'p', next: '/library' }));
    const { asked } = entry(`#code=${CODE}`, json(200, { access_token: 't', expires_in: 900, person, to: told }));
    await waitFor(() => expect(router.path).toBe(landed));
    expect(asked).toEqual([{ code: CODE, verifier: 'v' }]);
    expect([session.isIn, sessionStorage.length, location.hash]).toEqual([true, 0, '']);
  });

  it('says why one is not in, in words of its own, whatever the address says', async () => {
    entry(`#error=${encodeURIComponent('<b>Gọi 0900</b>')}&provider=${encodeURIComponent('../../x')}`);
    await screen.findByText(/chọn cách đăng nhập khác/);
    expect(document.body.textContent).not.toContain('0900');
    expect(screen.queryByText('Thử lại')).toBeNull();
    expect([session.isIn, location.hash]).toEqual([false, '']);
  });

  it('keeps the code while the server is busy, for another try', async () => {
    const lost = json(503, { code: 'unavailable', detail: 'Hệ thống đang bận.' });
    const { asked } = entry(`#code=${CODE}`, lost, json(200, { access_token: 't', expires_in: 900, person, to: null }));
    (await screen.findByText('Thử lại')).click();
    await waitFor(() => expect(session.isIn).toBe(true));
    expect(asked).toEqual([{ code: CODE }, { code: CODE }]);
  });
});
