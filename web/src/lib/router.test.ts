import { expect, test } from 'vitest';
import { match, type Route } from './router.svelte';

const load = () => Promise.reject(new Error('not asked for'));
const routes: Route[] = ['/', '/courses/:course', '/questions/new', '/questions/:thread'].map((path) => ({ path, load }));

test('an address finds its page, the written part before the open one', () => {
  expect(match(routes, '/')?.route.path).toBe('/');
  expect(match(routes, '/questions/new')?.route.path).toBe('/questions/new');
  expect(match(routes, '/questions/t1')?.params).toEqual({ thread: 't1' });
  expect(match(routes, '/courses/c1/')?.params).toEqual({ course: 'c1' });
});

test('an address of no page finds none, and what cannot be decoded stays as it came', () => {
  expect(match(routes, '/courses')).toBeNull();
  expect(match(routes, '/courses/a/b')).toBeNull();
  expect(match(routes, '/courses/%E0%A4%A')?.params).toEqual({ course: '%E0%A4%A' });
});
