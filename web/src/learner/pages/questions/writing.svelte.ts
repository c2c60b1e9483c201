/** What one writes: its draft is kept on this device, and it is sent now or, without a line, as soon as there is one. */

import { onceKey, Problem } from '$lib/api/client';
import { drop } from '$lib/data/db';
import { recall, remember } from '$lib/data/resource.svelte';
import { outbox, type Kind } from '$lib/offline/outbox.svelte';
import { session } from '$lib/session.svelte';
import { space } from '$lib/space.svelte';
import { Pictures } from './pictures.svelte';

export interface Draft {
  title: string;
  text: string;
}

/** `null`: it waits on this device and is sent by itself. */
export type Sent<T> = T | null;

const KEEP_MS = 400;

/** One question is written at a time, and may turn out to be about something else. */
export const QUESTION = 'draft:question';

export class Writing {
  title = $state('');
  text = $state('');
  mentions = $state<string[]>([]);
  readonly pictures = new Pictures();
  #timer = 0;

  constructor(readonly name: string) {
    void recall<Draft>(name).then((kept) => {
      if (!kept || this.title || this.text) return; // typing was quicker
      this.title = kept.data.title;
      this.text = kept.data.text;
    });
  }

  /** On the disk a moment after the last letter. */
  keep(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void keepDraft(this.name, { title: this.title, text: this.text }), KEEP_MS);
  }

  /** It was sent: nothing of it stays. */
  clear(): void {
    clearTimeout(this.#timer);
    this.title = '';
    this.text = '';
    this.mentions = [];
    this.pictures.clear();
    void drop('answers', `${session.person?.id ?? 'anyone'}|${space.slug}|${this.name}`).catch(() => undefined);
  }
}

export async function keepDraft(name: string, draft: Draft): Promise<void> {
  await remember(name, draft);
}

/** Send a post by the outbox. What is refused comes back to whoever wrote it, and waits no more. Throws: Problem. */
export async function post<T>(kind: Kind, path: string, body: unknown, title: string): Promise<Sent<T>> {
  const key = onceKey();
  try {
    return await outbox.ask<T>({ kind, method: 'POST', path: `/v1/spaces/${space.slug}${path}`, body, key, title });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (isPutOff(error)) return null;
    const refused = outbox.waiting.find((one) => one.key === key);
    if (refused) await outbox.dismiss(refused.number);
    throw error;
  }
}

/** Whether the outbox goes on with it by itself (as it decides: `lib/offline/outbox`). */
function isPutOff(problem: Problem): boolean {
  return problem.isOffline || problem.status >= 500 || [401, 408, 429].includes(problem.status);
}
