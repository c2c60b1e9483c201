import { afterEach, describe, expect, it, vi } from 'vitest';
import { kept } from './kept';

const full = { getItem: () => null, removeItem: () => undefined, setItem: () => { throw new DOMException('', 'QuotaExceededError'); } };

afterEach(() => vi.restoreAllMocks());

describe('a browser that keeps nothing', () => {
  it.each([
    ['blocks it', () => { throw new DOMException('', 'SecurityError'); }],
    ['has none', () => null as unknown as Storage],
    ['is full', () => full as unknown as Storage],
  ])('%s: it holds for the visit', (_, store) => {
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(store);
    kept.set('k', 'v');
    expect(kept.get('k')).toBe('v');
    kept.remove('k');
    expect(kept.get('k')).toBeNull();
  });
});

it('what did not fit before is not in the way once there is room', () => {
  const store = vi.spyOn(window, 'localStorage', 'get').mockReturnValue(full as unknown as Storage);
  kept.set('k', 'first');
  store.mockRestore();
  kept.set('k', 'second');
  expect([kept.get('k'), localStorage.getItem('k')]).toEqual(['second', 'second']);
});

it('a space whose document was kept broken is asked for anew, not a blank page', async () => {
  window.hocmo = { slug: 'hue', base: '/s/hue', space: Promise.resolve(new Response('', { status: 503 })) };
  localStorage.setItem('hocmo:space:hue', '{broken');
  const { space } = await import('./space.svelte');
  await space.start();
  expect(space.found).toBe('unreachable');
});
