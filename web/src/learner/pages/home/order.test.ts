import { expect, it } from 'vitest';
import { arranged, goesOnAt, type Home, type HomeCourse } from './order';

type Standing = NonNullable<HomeCourse['enrolment']>;

function course(id: string, standing: Partial<Standing> | null = null): HomeCourse {
  const usual = {
    course: id,
    state: 'active' as const,
    version: 1,
    percent: 10,
    minutes_left: 30,
    next_lesson: { id: '2', title: 'Bài 2', kind: 'video' as const, minutes: 5 },
    position_s: null,
    last_activity_at: '2026-11-01T00:00:00Z',
    completed_at: null,
  };
  const enrolment = standing && { ...usual, ...standing };
  return { course: id, title: id, cover: null, minutes: 40, enrolment, due: null, overdue: false };
}

function home(lists: Partial<Home>): Home {
  return { required: [], recommended: [], in_progress: [], finished: [], finished_count: 0, ...lists };
}

const ids = (courses: HomeCourse[]) => courses.map((one) => one.course);

it('goes on with what one was in last, be it required or not, and shows it once', () => {
  const told = home({
    required: [course('due first'), course('yesterday', { last_activity_at: '2026-11-24T01:00:00Z' })],
    in_progress: [course('today', { last_activity_at: '2026-11-25T01:00:00Z' }), course('long ago', {})],
  });
  const found = arranged(told);
  expect(found.first?.course).toBe('today');
  expect(ids(found.begun)).toEqual(['long ago']);
  expect(ids(found.required)).toEqual(['due first', 'yesterday']);
});

it('takes no course that was left, or has nothing left, for one under way', () => {
  const told = home({
    required: [course('left', { state: 'left' })],
    in_progress: [course('nothing left', { next_lesson: null })],
    recommended: [course('new')],
  });
  expect(arranged(told).first?.course).toBe('left');
});

it('begins with what is required, then with what is recommended, then with nothing', () => {
  expect(arranged(home({ required: [course('must')], recommended: [course('may')] })).first?.course).toBe('must');
  expect(arranged(home({ recommended: [course('may')] })).first?.course).toBe('may');
  expect(arranged(home({ finished: [course('done', { state: 'completed' })] })).first).toBeNull();
});

it('opens the very lesson at its second', () => {
  expect(goesOnAt(course('c', { position_s: 95 }))).toBe('/courses/c/lessons/2?at=95');
  expect(goesOnAt(course('c', {}))).toBe('/courses/c/lessons/2');
  expect(goesOnAt(course('c', { state: 'left', position_s: 95 }))).toBe('/courses/c');
  expect(goesOnAt(course('c'))).toBe('/courses/c');
});
