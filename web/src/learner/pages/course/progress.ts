/** Where one stands in a course, by what this device knows: also of what was done since the server was told. */

import type { Lesson, Outline } from '$lib/lesson/way';

export type IsDone = (lesson: string) => boolean;

export function lessonsOf(outline: Outline): Lesson[] {
  return outline.sections.flatMap((section) => section.lessons);
}

/** What is required and not done. */
export function missing(outline: Outline, isDone: IsDone): Lesson[] {
  return lessonsOf(outline).filter((one) => one.required && !isDone(one.id));
}

/** The lesson to go on with, as the server reckons it too: the first that is not done; an optional one before one that
 * is done was skipped on purpose. Null where nothing is left. */
export function nextOf(outline: Outline, isDone: IsDone): Lesson | null {
  const lessons = lessonsOf(outline);
  const furthest = lessons.reduce((last, one, at) => (isDone(one.id) ? at : last), -1);
  return lessons.find((one, at) => !isDone(one.id) && (at > furthest || one.required)) ?? null;
}

export function percentOf(outline: Outline, isDone: IsDone): number {
  const required = lessonsOf(outline).filter((one) => one.required);
  if (!required.length) return 100;
  return Math.floor(((required.length - missing(outline, isDone).length) * 100) / required.length);
}

/** What all of it takes at most. */
export function bytesOf(outline: Outline): number {
  return lessonsOf(outline).reduce((sum, one) => sum + one.bytes, 0);
}
