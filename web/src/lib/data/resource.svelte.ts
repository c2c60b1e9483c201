/** What a page shows, from asking to showing: loading, ready, failed; and, without a line, as it was last time. */

import { Problem } from '../api/problem';
import { session } from '../session.svelte';
import { space } from '../space.svelte';
import { keep, read } from './db';

interface Kept<T> {
  at: number;
  data: T;
}

/** One answer of the API. `kept` names it on this device, where a page is of use without a line. */
export class Resource<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(true);
  /** When what is shown was told, where it is not of now. */
  asOf = $state<Date | null>(null);
  #ask: () => Promise<T>;
  #kept: string | undefined;

  constructor(request: () => Promise<T>, kept?: string) {
    this.#ask = request;
    this.#kept = kept;
    void this.reload();
  }

  /** Ask again; what is shown stays until the answer has come. */
  async reload(): Promise<void> {
    this.loading = true;
    const owner = session.person?.id;
    try {
      this.data = await this.#ask();
      this.problem = null;
      this.asOf = null;
      if (owner === session.person?.id) this.#remember(this.data); // else it is of somebody who has left
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.loading = false;
    }
  }

  /** Show what an action answered, without asking for it again. */
  show(data: T): void {
    this.data = data;
    this.#remember(data);
  }

  async #fail(error: unknown): Promise<void> {
    if (!(error instanceof Problem)) throw error;
    if (this.#kept && this.data === null && (error.isOffline || error.status >= 500)) {
      const kept = await recall<T>(this.#kept);
      if (kept) {
        this.data = kept.data;
        this.asOf = new Date(kept.at);
        return;
      }
    }
    this.problem = error;
  }

  #remember(data: T): void {
    if (this.#kept) void remember(this.#kept, data);
  }
}

export function resource<T>(request: () => Promise<T>, kept?: string): Resource<T> {
  return new Resource(request, kept);
}

function name(kept: string): string {
  return `${session.person?.id ?? 'anyone'}|${space.slug}|${kept}`;
}

/** What was told last time; undefined where nothing was, or this device keeps nothing. */
export async function recall<T>(kept: string): Promise<Kept<T> | undefined> {
  return read<Kept<T>>('answers', name(kept)).catch(() => undefined);
}

export async function remember(kept: string, data: unknown): Promise<void> {
  await keep('answers', name(kept), { at: Date.now(), data }).catch(() => undefined);
}

interface PageOf<T> {
  items: T[];
  next: string | null;
}

/** A list that comes page by page: `{items, next}`. */
export class Paged<T> {
  items = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  loading = $state(true);
  problem = $state.raw<Problem | null>(null);
  #ask: (cursor: string | undefined) => Promise<PageOf<T>>;
  #turn = 0;

  constructor(request: (cursor: string | undefined) => Promise<PageOf<T>>) {
    this.#ask = request;
    void this.reload();
  }

  /** From the first page on; an answer that is overtaken by a later question is not shown. */
  async reload(): Promise<void> {
    const turn = ++this.#turn;
    await this.#load(turn, undefined, []);
  }

  async more(): Promise<void> {
    if (this.next && !this.loading) await this.#load(this.#turn, this.next, this.items);
  }

  async #load(turn: number, cursor: string | undefined, before: T[]): Promise<void> {
    this.loading = true;
    try {
      const page = await this.#ask(cursor);
      if (turn !== this.#turn) return;
      this.items = [...before, ...page.items];
      this.next = page.next;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (turn === this.#turn) this.problem = error;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }
}

export function paged<T>(request: (cursor: string | undefined) => Promise<PageOf<T>>): Paged<T> {
  return new Paged(request);
}
