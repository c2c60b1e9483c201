/** What comes first on a learner's home. */

import type { Schema } from '$lib/api/client';

export type Home = Schema<'Home'>;
export type HomeCourse = Schema<'HomeCourse'>;

export interface Arranged {
  /** What one is in the middle of, or else what to begin with. */
  first: HomeCourse | null;
  required: HomeCourse[];
  recommended: HomeCourse[];
  begun: HomeCourse[];
  finished: HomeCourse[];
}

/** Whether a lesson of it can be opened at once. */
export function isBegun(course: HomeCourse): boolean {
  return course.enrolment?.state === 'active' && course.enrolment.next_lesson !== null;
}

/** One course first: that which one was in last, whatever it is; where none is begun, the most urgent to begin. It
 * stands in no list besides. */
export function arranged(home: Home): Arranged {
  const first = latest([...home.required, ...home.in_progress]) ?? home.required[0] ?? home.recommended[0] ?? null;
  const others = (courses: HomeCourse[]) => courses.filter((one) => one.course !== first?.course);
  return {
    first,
    required: others(home.required),
    recommended: others(home.recommended),
    begun: others(home.in_progress),
    finished: home.finished,
  };
}

function latest(courses: HomeCourse[]): HomeCourse | null {
  const at = (one: HomeCourse) => Date.parse(one.enrolment?.last_activity_at ?? '');
  return courses.filter(isBegun).sort((one, other) => at(other) - at(one))[0] ?? null;
}

/** Where a course goes on: the lesson at its second, or the course's page. */
export function goesOnAt({ course, enrolment }: HomeCourse): string {
  const path = `/courses/${course}`;
  if (enrolment?.state !== 'active' || !enrolment.next_lesson) return path;
  const at = enrolment.position_s ? `?at=${enrolment.position_s}` : '';
  return `${path}/lessons/${encodeURIComponent(enrolment.next_lesson.id)}${at}`;
}
