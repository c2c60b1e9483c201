import { afterEach, expect, test } from 'vitest';
import { settings } from '$lib/settings.svelte';
import { nextStep, span, standing, when } from './standing';

afterEach(() => {
  settings.language = 'vi';
});

const NOW = new Date('2026-11-25T16:30:00Z'); // 23:30 in Vietnam
const LATER = '2026-11-25T17:05:00Z';
const BEFORE = '2026-11-25T16:29:00Z';
const mine = { open: null, refusal: null, begins_at: null, supervised: 'none' } as const;

test('who has begun goes on, whatever beginning would be refused with', () => {
  expect(nextStep({ ...mine, open: 2, refusal: 'no_sittings_left' }, NOW)).toEqual({ do: 'continue', number: 2 });
});

test('who may begin is told by what: the room’s code, or the tutor', () => {
  expect(nextStep(mine, NOW)).toEqual({ do: 'begin', by: 'none' });
  expect(nextStep({ ...mine, supervised: 'code' }, NOW)).toEqual({ do: 'begin', by: 'code' });
});

test('a wait has its end, and is over once that has come', () => {
  const resting = { ...mine, refusal: 'wait_longer', begins_at: LATER };
  expect(nextStep(resting, NOW)).toEqual({ do: 'wait', why: 'rest', from: LATER });
  expect(nextStep({ ...resting, refusal: 'assessment_not_open' }, NOW)).toMatchObject({ do: 'wait', why: 'early' });
  expect(nextStep({ ...resting, begins_at: BEFORE }, NOW)).toEqual({ do: 'begin', by: 'none' });
});

test('every other refusal is told apart, one that is new to this program too', () => {
  const codes = ['assessment_not_open', 'no_sittings_left', 'assessment_archived', 'not_enrolled', 'of_tomorrow'];
  const found = codes.map((refusal) => nextStep({ ...mine, refusal }, NOW));
  expect(found.map((step) => 'why' in step && step.why)).toEqual(['closed', 'used_up', 'archived', 'not_enrolled', 'other']);
});

test('in the list an open sitting comes before all else, and its time may be over', () => {
  const offer = { id: 'a', opens_at: null, closes_at: BEFORE, attempts_allowed: 1 };
  const open = { number: 1, state: 'open', due_at: LATER } as const;
  expect(standing(offer, [open], NOW)).toBe('open');
  expect(standing(offer, [{ ...open, due_at: BEFORE }], NOW)).toBe('over');
  expect(standing(offer, [{ ...open, due_at: null }], NOW)).toBe('open');
});

test('in the list: closed, used up, not open yet, or to be taken', () => {
  const offer = { id: 'a', opens_at: null, closes_at: null, attempts_allowed: 1 };
  const done = { number: 1, state: 'submitted', due_at: null } as const;
  expect(standing({ ...offer, closes_at: BEFORE }, [], NOW)).toBe('closed');
  expect(standing(offer, [done], NOW)).toBe('used_up');
  expect(standing({ ...offer, opens_at: LATER }, [], NOW)).toBe('early');
  expect(standing({ ...offer, attempts_allowed: null }, [done], NOW)).toBe('may');
});

test('when, by the days of Vietnam', () => {
  expect(when(BEFORE, NOW)).toBe('23:29 hôm nay');
  expect(when(LATER, NOW)).toBe('00:05 ngày mai');
  expect(when('2026-11-30T10:00:00Z', NOW)).toBe('17:00 ngày 30/11/2026');
  expect(when('2026-11-24T10:00:00Z', NOW)).toBe('17:00 ngày 24/11/2026');
  settings.language = 'en';
  expect(when(LATER, NOW)).toBe('00:05 tomorrow');
});

test('a wait in days, hours and minutes', () => {
  expect([45, 90, 1440, 1530, 14_400].map(span)).toEqual(['45 phút', '1 giờ 30 phút', '1 ngày', '1 ngày 1 giờ 30 phút', '10 ngày']);
});
