import { expect, test } from 'vitest';
import { contrast, CONTRAST, parse, tokens, type Theme } from './brand';

const SURFACES: Record<Theme, string[]> = { light: ['#ffffff', '#efede6'], dark: ['#1d2126'] };

function ratio(one: string, other: string): number {
  const [first, second] = [parse(one), parse(other)];
  if (!first || !second) throw new Error(`${one} or ${other} is no colour`);
  return contrast(first, second);
}

test('contrast is that of WCAG', () => {
  expect(ratio('#000', '#fff')).toBeCloseTo(21, 5);
  expect(ratio('#767676', '#ffffff')).toBeGreaterThanOrEqual(4.5);
  expect(ratio('#777777', '#ffffff')).toBeLessThan(4.5);
});

test('whatever a brand is, its text can be read on every ground of both themes', () => {
  const steps = ['00', '2a', '55', '80', 'aa', 'd5', 'ff'];
  for (const r of steps) {
    for (const g of steps) {
      for (const b of steps) {
        for (const theme of ['light', 'dark'] as const) {
          const worn = tokens(`#${r}${g}${b}`, theme);
          expect(ratio(worn['--on-brand']!, worn['--brand']!)).toBeGreaterThanOrEqual(CONTRAST);
          for (const ground of [...SURFACES[theme], worn['--brand-wash']!]) {
            expect(ratio(worn['--brand-ink']!, ground), `#${r}${g}${b} ${theme} on ${ground}`).toBeGreaterThanOrEqual(CONTRAST);
          }
        }
      }
    }
  }
});

test('a colour that reads well is worn as it is', () => {
  expect(tokens('#5b2a86', 'light')['--brand']).toBe('#5b2a86');
});

test('what is no colour dresses nobody', () => {
  for (const hostile of ['red', 'url(//x)', '#12', '#ggg', '#1234567', null, 7, '#fff;background:red']) {
    expect(tokens(hostile, 'light')).toEqual({});
  }
});
