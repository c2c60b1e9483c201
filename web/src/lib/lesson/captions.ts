/** Captions of a film. The browser takes a track from another origin only together with the film's own headers, so the
 * text is fetched and handed over as a file of this page. */

import type { LessonFiles } from './files.svelte';

export interface Cue {
  /** Seconds. */
  start: number;
  text: string;
}

/** An address of this page for a caption file; give it back with `URL.revokeObjectURL`. null where it did not come. */
export async function captionsOf(files: LessonFiles, id: string): Promise<string | null> {
  const url = files.of(id)?.url;
  if (!url) return null;
  try {
    const answer = await fetch(url, { credentials: 'omit' });
    if (!answer.ok) return null;
    return URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: 'text/vtt' }));
  } catch {
    return null;
  }
}

/** What a track says, as the browser has read it; markup of WebVTT is left out. */
export function cuesOf(track: TextTrack): Cue[] {
  return Array.from(track.cues ?? [], (cue) => {
    const text = (cue as VTTCue).getCueAsHTML().textContent ?? '';
    return { start: cue.startTime, text: text.replace(/\s+/g, ' ').trim() };
  }).filter((cue) => cue.text);
}
