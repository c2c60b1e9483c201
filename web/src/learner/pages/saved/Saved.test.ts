import 'fake-indexeddb/auto';
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, expect, it, vi } from 'vitest';
import { all, keep } from '$lib/data/db';
import { outbox, type Waiting } from '$lib/offline/outbox.svelte';
import { session } from '$lib/session.svelte';
import { space } from '$lib/space.svelte';
import Saved from './Saved.svelte';

const left = { kind: 'progress', method: 'PUT', path: '/x', body: null, key: null, replaces: null, title: 'Bài 1', at: 0, tries: 0, refused: null };

// jsdom has the element without its methods.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

it('work of an account that was merged is told, and goes once one has said so', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no line')));
  session.enter({ access_token: 't', expires_in: 900, person: { id: 'now', name: 'An', roles: ['learner'], locale: 'vi' } });
  for (const person of ['before', 'before', 'now']) await keep('outbox', undefined, { ...left, person, space: space.slug });
  outbox.start();
  render(Saved);
  await waitFor(() => expect(screen.getByText('2 việc chưa gửi')).toBeTruthy());
  await fireEvent.click(screen.getByRole('button', { name: 'Xoá: 2 việc chưa gửi' }));
  expect(await all<Waiting>('outbox')).toHaveLength(3);
  await fireEvent.click(screen.getByRole('button', { name: 'Xoá' }));
  await waitFor(() => expect(screen.queryByText('2 việc chưa gửi')).toBeNull());
  expect((await all<Waiting>('outbox')).map((one) => one.person)).toEqual(['now']);
});
