import { expect, test } from 'vitest';
import { left, type Content, type Films } from './library.svelte';

function film(video: Record<string, string>): Content {
  return { id: 'l', title: '', minutes: 1, required: true, kind: 'video', video: { captions: [], ...video } } as Content;
}
const kept = (video: Record<string, string>, films: Films) =>
  Object.values(video).filter((file) => !left(film(video), films).has(file));

test('of a film the chosen form is kept, or the next that there is', () => {
  const all = { file: 'f', light: 'l', sound: 's' };
  expect(kept(all, 'full')).toEqual(['f']);
  expect(kept(all, 'light')).toEqual(['l']);
  expect(kept(all, 'sound')).toEqual(['s']);
  expect(kept(all, 'none')).toEqual([]);
  expect(kept({ file: 'f' }, 'light')).toEqual(['f']);
  expect(kept({ file: 'f', light: 'l' }, 'sound')).toEqual(['l']);
});

test('captions and other lessons are kept whole', () => {
  expect(left({ kind: 'text' } as Content, 'none').size).toBe(0);
});
