import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';

// What boot.js leaves, before the program is loaded.
vi.hoisted(() => (window.hocmo = { slug: 'hocmo', base: '', space: Promise.resolve(new Response('{}', { status: 404 })) }));
import { space } from '$lib/space.svelte';
import Closed from './Closed.svelte';

afterEach(cleanup);

it('a domain of the platform itself is its front page, not a wrong address', async () => {
  await space.start();
  const { container } = render(Closed);
  expect(container.textContent).toContain('“hocmo”');
  expect(container.textContent).not.toContain('Không có không gian đào tạo nào');
  expect(screen.getByRole('textbox')).toBeTruthy();
});

it('who typed a name that there is not is told so', () => {
  (space as { base: string }).base = '/s/hocmo';
  const { container } = render(Closed);
  expect(container.textContent).toContain('Không có không gian đào tạo nào tên “hocmo”');
});
