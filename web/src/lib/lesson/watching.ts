/** How a person likes to watch, remembered on this device. */

import { kept } from '../kept';

export type Rendition = 'whole' | 'light' | 'sound';

export interface Watching {
  speed: number;
  rendition: Rendition | null;
  /** The language of the captions; '' for none; null: not chosen. */
  captions: string | null;
}

export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const KEY = 'hocmo:watching';

export function remembered(): Watching {
  let found: Partial<Watching> = {};
  try {
    found = (JSON.parse(kept.get(KEY) ?? '{}') as Partial<Watching> | null) ?? {};
  } catch {
    // Broken: as one usually watches.
  }
  return {
    speed: SPEEDS.includes(found.speed ?? 1) ? (found.speed ?? 1) : 1,
    rendition: found.rendition ?? null,
    captions: typeof found.captions === 'string' ? found.captions : null,
  };
}

export function remember(change: Partial<Watching>): void {
  kept.set(KEY, JSON.stringify({ ...remembered(), ...change }));
}

/** What to play: what was chosen, where there is such a rendition; else the light one where the line is paid by the
 * megabyte, and the whole one elsewhere. Sound alone is always to be had: the picture is hidden, if nothing else. */
export function rendition(chosen: Rendition | null, has: { light: boolean }, metered: boolean): Rendition {
  if (chosen === 'sound' || chosen === 'whole') return chosen;
  if (!has.light) return 'whole';
  return chosen === 'light' || metered ? 'light' : 'whole';
}
