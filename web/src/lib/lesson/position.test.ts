import { describe, expect, it } from 'vitest';
import { beginning, noted, Position } from './position';

function watched(fails = false) {
  const said: [number, number][] = [];
  const clock = { now: 1_000_000 };
  const tell = async (seconds: number, at: Date) => {
    if (fails) throw new Error('no line');
    said.push([seconds, at.getTime()]);
  };
  return { said, clock, position: new Position('at', tell, () => clock.now) };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the position in a film', () => {
  it('is told every quarter of a minute while it plays, and noted every second', () => {
    const { said, clock, position } = watched();
    for (let second = 0; second <= 40; second++) {
      clock.now += 1000;
      position.moved(second + 0.4);
    }
    expect(said.map(([seconds]) => seconds)).toEqual([14, 29]);
    expect(noted('at')).toEqual({ s: 40.4, at: clock.now });
  });

  it('is told as the film stops, once for each place', async () => {
    const { said, clock, position } = watched();
    position.stopped(1);
    position.stopped(134.9);
    await settled();
    position.stopped(134.2);
    clock.now += 5;
    position.stopped(140);
    expect(said.map(([seconds]) => seconds)).toEqual([134, 140]);
    expect(noted('at')?.s).toBe(140);
    await settled();
    expect(noted('at')).toBeNull();
  });

  it('that nobody could be told is told by the next visit, with its own time', async () => {
    const lost = watched(true);
    lost.position.stopped(77);
    await settled();
    const next = watched();
    next.clock.now += 86_400_000;
    next.position.catchUp();
    expect(next.said).toEqual([[77, lost.clock.now]]);
    await settled();
    next.position.catchUp();
    expect(next.said).toHaveLength(1);
    next.position.moved(80);
    next.position.forget();
    expect(noted('at')).toBeNull();
  });

  it('begins where the address says, else at what is newer', () => {
    const here = { s: 90.7, at: 2_000 };
    expect(beginning('134', here, { s: 10, at: 9_000 })).toBe(134);
    expect(beginning('x', here, { s: 10, at: 1_000 })).toBe(90);
    expect(beginning(null, here, { s: 10, at: 9_000 })).toBe(10);
    expect(beginning(null, here, { s: undefined, at: 9_000 })).toBe(90);
    expect(beginning(null, null, { s: undefined, at: 0 })).toBe(0);
  });

  it('bears a note that is broken', () => {
    for (const broken of ['{', '7', '{"s":"x"}', 'null']) {
      localStorage.setItem('at', broken);
      expect(noted('at')).toBeNull();
    }
  });
});
