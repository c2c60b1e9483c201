/** A space's colours, made into tokens whose contrast holds in both themes whatever the brand is (WCAG 2.2, 1.4.3). */

type Rgb = readonly [number, number, number];

/** What text on a fill must reach. */
export const CONTRAST = 4.5;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const SURFACE: Record<Theme, Rgb> = { light: [255, 255, 255], dark: [29, 33, 38] };
// Soft grounds on which the brand is written too: the lightest and the darkest of them decide.
const PAGE: Record<Theme, Rgb> = { light: [239, 237, 230], dark: [29, 33, 38] };

export type Theme = 'light' | 'dark';

/** `#rgb` or `#rrggbb` as numbers; null for anything else, which a hostile document might hold. */
export function parse(colour: unknown): Rgb | null {
  if (typeof colour !== 'string') return null;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const digits = short ? short.slice(1).map((one) => one + one) : /^#(..)(..)(..)$/.exec(colour)?.slice(1);
  const numbers = digits?.map((two) => (/^[0-9a-f]{2}$/i.test(two) ? parseInt(two, 16) : NaN));
  return numbers && numbers.every((one) => !Number.isNaN(one)) ? (numbers as unknown as Rgb) : null;
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** `colour` drawn towards `end` by `share` (0 to 1). */
function mix(colour: Rgb, end: Rgb, share: number): Rgb {
  return colour.map((one, at) => Math.round(one + ((end[at] ?? 0) - one) * share)) as unknown as Rgb;
}

/** The colour nearest to `colour`, on the way to `end`, that reaches the contrast on every ground. */
function until(colour: Rgb, end: Rgb, grounds: Rgb[]): Rgb {
  for (let share = 0; share < 1; share += 0.02) {
    const tried = mix(colour, end, share);
    if (grounds.every((ground) => contrast(tried, ground) >= CONTRAST)) return tried;
  }
  return end;
}

function text(colour: Rgb): string {
  return `#${colour.map((one) => one.toString(16).padStart(2, '0')).join('')}`;
}

/** The tokens of a brand in a theme; nothing for a colour that is none: the usual dress stays. */
export function tokens(primary: unknown, theme: Theme): Record<string, string> {
  const colour = parse(primary);
  if (!colour) return {};
  const fill = until(colour, BLACK, [WHITE]);
  const wash = mix(SURFACE[theme], fill, theme === 'light' ? 0.09 : 0.28);
  const ink = until(fill, theme === 'light' ? BLACK : WHITE, [SURFACE[theme], PAGE[theme], wash]);
  return { '--brand': text(fill), '--brand-ink': text(ink), '--brand-wash': text(wash), '--on-brand': text(WHITE) };
}
