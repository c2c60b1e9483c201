/** One's own sittings, of all assessments or of one. */

import { api, ask, here, type Schema } from '$lib/api/client';

type Sitting = Schema<'SittingCard'>;
const MOST = 100; // of one page, and of one person in one assessment
const PAGES = 5;

export interface Taken {
  sittings: Sitting[];
  /** Whether those of an assessment are all among them: they come by assessment, and nobody waits for hundreds. */
  knows: (assessment: string) => boolean;
}

/** Throws: Problem. */
export async function allTaken(): Promise<Taken> {
  const sittings: Sitting[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const query: { limit: number; cursor?: string } = cursor ? { limit: MOST, cursor } : { limit: MOST };
    const found: Schema<'SittingCardPage'> = await ask(api.GET('/v1/spaces/{space}/me/sittings', { params: { path: here(), query } }));
    sittings.push(...found.items);
    cursor = found.next;
    if (!cursor) return { sittings, knows: () => true };
  }
  const last = sittings[sittings.length - 1]?.assessment ?? '';
  return { sittings, knows: (assessment) => assessment < last };
}

/** The sittings of one assessment, the newest first. Throws: Problem. */
export async function takenOf(assessment: string): Promise<Sitting[]> {
  const query = { assessment, limit: MOST };
  const found = await ask(api.GET('/v1/spaces/{space}/me/sittings', { params: { path: here(), query } }));
  return found.items.reverse();
}
