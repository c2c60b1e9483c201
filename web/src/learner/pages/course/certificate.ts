/** The certificate of a course that was just completed: issued a moment after, by what reacts to the completion. */

import { api, ask, here, type Schema } from '$lib/api/client';

const WAITS_MS = [0, 1_000, 2_000, 3_000, 5_000, 8_000];

/** Null where none has come after some twenty seconds, or the page was left. Throws: Problem. */
export async function certificateOf(course: string, signal: AbortSignal): Promise<Schema<'CredentialCard'> | null> {
  for (const wait of WAITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (signal.aborted) return null;
    const query = { limit: 20 }; // the newest first: a course just completed is among them
    const page = await ask(api.GET('/v1/spaces/{space}/me/credentials', { params: { path: here(), query }, signal }));
    const found = page.items.find((one) => one.about === course && one.kind === 'course' && one.state === 'valid');
    if (found) return found;
  }
  return null;
}
