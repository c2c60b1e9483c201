/** Work that must not be lost: it is on the disk before it is on the wire, is sent in order, and is shown as such.
 *
 * What the server refuses (a sitting that has closed) stays, with its reason, until the person has seen it. */

import { Problem, send } from '../api/client';
import { all, drop, keep } from '../data/db';
import { line } from '../online.svelte';
import { session } from '../session.svelte';
import { space } from '../space.svelte';
import { words } from '../words.svelte';

export type Kind = 'progress' | 'answer' | 'attempt' | 'submission' | 'question' | 'reply';

/** One request that waits. Its server-side effect must be the same however often it is sent. */
export interface Waiting {
  number: number;
  kind: Kind;
  person: string;
  space: string;
  method: 'PUT' | 'POST';
  path: string;
  body: unknown;
  /** Makes a POST that is sent twice the same one. */
  key: string | null;
  /** Only the newest of a name is of interest: a position in a video replaces the one before that was not sent. */
  replaces: string | null;
  /** In the person's words: which lesson, which question. */
  title: string;
  at: number;
  refused: { code: string; detail: string } | null;
}

export type NewWork = Pick<Waiting, 'kind' | 'method' | 'path' | 'body' | 'title'> &
  Partial<Pick<Waiting, 'key' | 'replaces'>>;

interface Asked {
  resolve: (answer: unknown) => void;
  reject: (problem: Problem) => void;
}

type Listener = (work: Waiting, answer: unknown) => void;

const t = words(
  { stuck: 'Thiết bị hết chỗ lưu. Hãy xoá bớt khoá học đã tải về rồi thử lại.' },
  { stuck: 'This device has no room left. Remove saved courses and try again.' },
);
const RETRY_MS = [2_000, 5_000, 15_000, 60_000];

class Outbox {
  waiting = $state.raw<Waiting[]>([]);
  sending = $state(false);
  #listeners = new Set<Listener>();
  #failures = 0;
  #timer = 0;
  /** Work of this visit that is to be waited for: its promise ends as the server answered. */
  #asked = new Map<number, Asked>();

  /** What was put off and not refused. */
  get pending(): Waiting[] {
    return this.waiting.filter((one) => !one.refused);
  }

  get refused(): Waiting[] {
    return this.waiting.filter((one) => one.refused);
  }

  /** Take up what is left of earlier visits, and go on whenever there may be a line. */
  start(): void {
    window.addEventListener('online', () => this.nudge());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.nudge());
    $effect.root(() => {
      $effect(() => {
        void session.person?.id; // whose work it is changes with whoever signs in
        void this.#read().then(() => this.nudge());
      });
    });
  }

  /** Told of each answer that comes, by whichever tab's request. Gives the way to be told no more. */
  heard(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Put work down. It is safe once this returns; the server's answer comes later, to those who listen. */
  async put(work: NewWork, asked?: Asked): Promise<number> {
    const person = session.person?.id ?? '';
    const whole = { key: null, replaces: null, ...work, person, space: space.slug, at: Date.now(), refused: null };
    if (whole.replaces) await this.#replace(whole.replaces);
    const number = await keep('outbox', undefined, plain(whole)).catch(() => {
      throw new Problem('device_full', 0, t.stuck);
    });
    if (asked) this.#asked.set(number as number, asked);
    await this.#read();
    this.nudge();
    return number as number;
  }

  /** Put work down and wait for what the server says to it. Throws: Problem; `offline` when it will be sent later. */
  async ask<T>(work: NewWork): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const asked = { resolve: resolve as (answer: unknown) => void, reject };
      this.put(work, asked).then((number) => {
        if (!line.up) this.#tell(number, Problem.offline());
      }, reject);
    });
  }

  /** The person has read why something was refused, or gives it up. */
  async dismiss(number: number): Promise<void> {
    await drop('outbox', number);
    await this.#read();
  }

  /** Go on sending, unless it is under way. */
  nudge(): void {
    clearTimeout(this.#timer);
    if (this.sending || !session.isIn) return;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    this.sending = true;
    try {
      await only(`hocmo:${space.slug}:outbox`, () => this.#sendAll());
    } finally {
      this.sending = false;
    }
  }

  async #sendAll(): Promise<void> {
    await this.#read();
    for (let work = this.pending[0]; work; work = this.pending[0]) {
      if (!(await this.#sendOne(work))) return;
      await this.#read();
    }
  }

  /** Whether to go on with the next one. */
  async #sendOne(work: Waiting): Promise<boolean> {
    if (work.person !== session.person?.id) return false; // somebody else took the phone meanwhile
    try {
      const response = await send(request(work));
      const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
      if (!response.ok) throw Problem.of(response, body);
      await drop('outbox', work.number);
      this.#failures = 0;
      this.#listeners.forEach((listener) => listener(work, body));
      this.#asked.get(work.number)?.resolve(body);
      this.#asked.delete(work.number);
      return true;
    } catch (error) {
      return this.#failed(work, error instanceof Problem ? error : Problem.offline());
    }
  }

  async #failed(work: Waiting, problem: Problem): Promise<boolean> {
    if (problem.status === 401) {
      this.#tell(work.number, problem);
      return false; // it waits until the person signs in again
    }
    if (problem.isOffline || problem.status >= 500 || problem.status === 429 || problem.status === 408) {
      this.#asked.forEach((_, number) => this.#tell(number, problem));
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 60_000;
      this.#timer = window.setTimeout(() => this.nudge(), Math.max(wait, (problem.retryAfter ?? 0) * 1000));
      return false;
    }
    await keep('outbox', undefined, plain({ ...work, refused: { code: problem.code, detail: problem.message } }));
    this.#tell(work.number, problem);
    return true;
  }

  #tell(number: number, problem: Problem): void {
    this.#asked.get(number)?.reject(problem);
    this.#asked.delete(number);
  }

  async #replace(name: string): Promise<void> {
    const under = this.sending ? this.pending[0]?.number : undefined; // it may be on the wire: leave it
    for (const old of this.pending) if (old.replaces === name && old.number !== under) await drop('outbox', old.number);
  }

  async #read(): Promise<void> {
    const kept = await all<Waiting>('outbox').catch(() => []);
    this.waiting = kept.filter((one) => one.person === (session.person?.id ?? '') && one.space === space.slug);
  }
}

function request(work: Waiting): Request {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (work.key) headers.set('idempotency-key', work.key);
  const body = work.body === null ? undefined : JSON.stringify(work.body);
  return new Request(work.path, { method: work.method, headers, body });
}

/** Runes' proxies cannot be stored; what waits is JSON anyway. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function only<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}

export const outbox = new Outbox();
