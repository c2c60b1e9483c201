/** How many notifications are unread, for the frame's sign. Not part of the first page: it is fetched once that stands. */

import { api, ask, here, Problem } from './api/client';
import { session } from './session.svelte';

const PAUSE_MS = 60_000;

class Unread {
  count = $state(0);
  /** There may be more than that. */
  more = $state(false);
  #asked = 0;
  #person = '';

  /** Ask, at most once a minute. A line that fails changes nothing: the sign is not worth a word. */
  async look(): Promise<void> {
    const person = session.person?.id ?? '';
    if (person !== this.#person) this.#asked = 0;
    this.#person = person;
    if (!person || document.visibilityState !== 'visible' || Date.now() - this.#asked < PAUSE_MS) return;
    this.#asked = Date.now();
    try {
      const answer = await ask(api.GET('/v1/spaces/{space}/me/notifications/unread', { params: { path: here() } }));
      if (session.person?.id !== person) return;
      this.count = answer.unread;
      this.more = answer.more;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** One was read, or all. */
  read(how: 'one' | 'all'): void {
    this.count = how === 'all' ? 0 : Math.max(0, this.count - 1);
    if (how === 'all') this.more = false;
  }
}

export const unread = new Unread();
