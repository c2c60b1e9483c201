import { expect, it } from 'vitest';
import { daysLeft, vietnamDay } from './deadlines';

it.each([
  // Vietnam is seven hours ahead: there the day begins at 17:00 UTC.
  ['2026-11-24T16:59:59Z', '2026-11-24', 1],
  ['2026-11-24T17:00:00Z', '2026-11-25', 0],
  ['2026-11-25T16:59:59Z', '2026-11-25', 0],
  ['2026-11-25T17:00:00Z', '2026-11-26', -1],
])('at %s it is %s in Vietnam', (now, day, left) => {
  expect(vietnamDay(new Date(now))).toBe(day);
  expect(daysLeft('2026-11-25', new Date(now))).toBe(left);
});

it('counts days over the end of a year', () => {
  expect(daysLeft('2027-01-02', new Date('2026-12-30T05:00:00Z'))).toBe(3);
});
