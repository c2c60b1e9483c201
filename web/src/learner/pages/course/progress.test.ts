import { expect, it } from 'vitest';
import type { Outline } from '$lib/lesson/way';
import { bytesOf, missing, nextOf, percentOf } from './progress';

function course(ids: string): Outline {
  const lessons = ids.split(' ').map((one) => ({
    id: one.replace('?', ''),
    kind: 'text' as const,
    title: one,
    minutes: 5,
    required: !one.endsWith('?'),
    quiz: null,
    bytes: 10,
  }));
  const sections = [
    { id: 'a', title: 'A', lessons: lessons.slice(0, 2) },
    { id: 'b', title: 'B', lessons: lessons.slice(2) },
  ];
  return { course: 'c', version: 1, title: 'C', language: 'vi', national: null, minutes: 15, sections };
}

it.each([
  ['1 2 3', '', '1', 0],
  ['1 2 3', '1', '2', 33],
  ['1 2 3', '1 3', '2', 66],
  ['1 2? 3', '1', '2', 50],
  ['1 2? 3', '1 3', undefined, 100],
  ['1? 2 3?', '2', '3', 100],
  ['1 2', '1 2', undefined, 100],
  ['1 2', '1 gone', '2', 50],
])('in %s with %s done it goes on at %s', (ids, done, next, percent) => {
  const isDone = (lesson: string) => done.split(' ').includes(lesson);
  expect(nextOf(course(ids), isDone)?.id).toBe(next);
  expect(percentOf(course(ids), isDone)).toBe(percent);
});

it('tells what is left and what opening all of it takes', () => {
  const outline = course('1 2? 3');
  expect(missing(outline, (lesson) => lesson === '1').map((one) => one.id)).toEqual(['3']);
  expect(bytesOf(outline)).toBe(30);
});
