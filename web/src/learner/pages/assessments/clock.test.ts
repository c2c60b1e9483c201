import { expect, it } from 'vitest';
import { ServerClock } from './clock';

it('tells the time of the server, whatever the phone says', () => {
  let [ticks, wall] = [1_000, Date.parse('2031-01-01T05:00:00Z')]; // hours and years off
  const clock = new ServerClock(() => ticks, () => wall);
  expect(clock.now).toBeNull();
  clock.told('2026-11-25T03:00:00Z');
  ticks += 61_000;
  wall += 60_500;
  expect(clock.now).toBe(Date.parse('2026-11-25T03:01:01Z'));
});

it('does not guess after a sleep or a clock that was set, and knows again once told', () => {
  let [ticks, wall] = [0, 0];
  const clock = new ServerClock(() => ticks, () => wall);
  clock.told('2026-11-25T03:00:00Z');
  for (const jump of [600_000, -600_000]) {
    ticks += 1_000;
    wall += 1_000 + jump;
    expect(clock.now).toBeNull();
    clock.told('2026-11-25T03:10:00Z');
    expect(clock.now).toBe(Date.parse('2026-11-25T03:10:00Z'));
  }
});
