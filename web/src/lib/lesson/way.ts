/** The way through a course: which lesson comes before and after, and where one stands. */

import type { Schema } from '../api/client';

export type Outline = Schema<'ShownOutline'>;
export type Lesson = Outline['sections'][number]['lessons'][number];

export interface Place {
  lesson: Lesson;
  section: string;
  /** 1 for the first of all lessons. */
  number: number;
  of: number;
  before: Lesson | null;
  after: Lesson | null;
}

/** Where a lesson stands; null where this version has no such lesson. */
export function place(outline: Outline, id: string): Place | null {
  const lessons = outline.sections.flatMap((section) => section.lessons);
  const at = lessons.findIndex((lesson) => lesson.id === id);
  const lesson = lessons[at];
  if (!lesson) return null;
  return {
    lesson,
    section: outline.sections.find((section) => section.lessons.includes(lesson))?.title ?? '',
    number: at + 1,
    of: lessons.length,
    before: lessons[at - 1] ?? null,
    after: lessons[at + 1] ?? null,
  };
}

/** The address of a lesson's page, below the space's own. */
export function lessonPath(course: string, lesson: string): string {
  return `/courses/${encodeURIComponent(course)}/lessons/${encodeURIComponent(lesson)}`;
}
