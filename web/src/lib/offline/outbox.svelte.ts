/** Work that must not be lost: it is on the disk before it is on the wire, is sent in order, and is shown as such.
 *
 * What the server refuses (a sitting that has closed) stays, with its reason, until the person has seen it. What it will
 * take later waits, and what is of another kind goes on meanwhile. */

import { Problem, send } from '../api/client';
import { all, drop, keep, within } from '../data/db';
import { line } from '../online.svelte';
import { session } from '../session.svelte';
import { space } from '../space.svelte';
import { words } from '../words.svelte';
import { Answers } from './answers';

export type Kind = 'progress' | 'answer' | 'attempt' | 'submission' | 'question' | 'reply';

/** Kinds that must not overtake each other: a submission comes after the answers that were given before it. */
const LANES: Record<Kind, string> = {
  progress: 'learning',
  attempt: 'learning',
  answer: 'sitting',
  submission: 'sitting',
  question: 'asking',
  reply: 'asking',
};

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
  /** How often the server was in trouble with it. */
  tries: number;
  refused: { code: string; detail: string } | null;
}

export type NewWork = Pick<Waiting, 'kind' | 'method' | 'path' | 'body' | 'title'> &
  Partial<Pick<Waiting, 'key' | 'replaces'>>;

type Listener = (work: Waiting, answer: unknown) => void;

const t = words(
  {
    stuck: 'Thiết bị hết chỗ lưu. Hãy xoá bớt khoá học đã tải về rồi thử lại.',
    out: 'Phiên đăng nhập đã hết. Việc này được giữ trên máy, sẽ gửi khi bạn đăng nhập lại.',
    nobody: 'Hãy đăng nhập để tiếp tục.',
  },
  {
    stuck: 'This device has no room left. Remove saved courses and try again.',
    out: 'Your session has ended. This is kept on the device and sent once you sign in again.',
    nobody: 'Sign in to go on.',
  },
);
const RETRY_MS = [2_000, 5_000, 15_000, 60_000];
const TRIES = 30; // then a person should know that it does not go through

class Outbox {
  waiting = $state.raw<Waiting[]>([]);
  sending = $state(false);
  /** Work of other accounts that is on this device, in this space. */
  strangers = $state.raw<{ person: string; count: number }[]>([]);
  #answers = new Answers((number, work, answer) => this.#heard(number, work, answer));
  #listeners = new Set<Listener>();
  #failures = 0;
  /** Until when nothing is sent, altogether ('') or in a lane. */
  #until = new Map<string, number>();
  #timer = 0;
  #more = false;
  #onWire = 0;

  /** What was put off and not refused. */
  get pending(): Waiting[] {
    return this.waiting.filter((one) => !one.refused);
  }

  get refused(): Waiting[] {
    return this.waiting.filter((one) => one.refused);
  }

  /** Take up what is left of earlier visits, and go on whenever there may be a line. */
  start(): void {
    window.addEventListener('online', () => this.#wake());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#wake());
    $effect.root(() => {
      $effect(() => {
        void session.person?.id; // whose work it is changes with whoever signs in
        void this.#read().then(() => this.#wake());
      });
    });
  }

  /** Told of each answer that comes, by whichever tab's request. Gives the way to be told no more. */
  heard(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Put work down. It is safe once this returns; the server's answer comes later, to those who listen. Throws: Problem
   * where the device has no room, or nobody is there whose work it could be. */
  async put(work: NewWork): Promise<number> {
    const number = await this.#keep(work);
    await this.#read();
    this.nudge();
    return number;
  }

  /** Put work down and wait for what the server says to it. Throws: Problem; `offline` when it will be sent later. */
  async ask<T>(work: NewWork): Promise<T> {
    const number = await this.#keep(work);
    const answer = this.#answers.of<T>(number);
    answer.catch(() => undefined); // it may come before it is waited for
    await this.#read();
    if (!session.isIn) this.#answers.fail(number, new Problem('session_ended', 401, t.out));
    else if (!line.up) this.#answers.fail(number, Problem.offline());
    this.nudge();
    return answer;
  }

  /** The person has read why something was refused, or gives it up. */
  async dismiss(number: number): Promise<void> {
    await drop('outbox', number);
    await this.#read();
  }

  /** Give up what another account left on this device. */
  async forget(person: string): Promise<void> {
    const theirs = (await all<Waiting>('outbox')).filter((one) => one.person === person && one.space === space.slug);
    for (const one of theirs) await drop('outbox', one.number);
    await this.#read();
  }

  /** Go on sending; what is under way looks once more at its end. */
  nudge(): void {
    clearTimeout(this.#timer);
    this.#more = true;
    if (!this.sending && session.isIn) void this.#drain();
  }

  /** Something has changed for the better: no more waiting for a line. */
  #wake(): void {
    this.#until.delete('');
    this.#failures = 0;
    this.nudge();
  }

  async #drain(): Promise<void> {
    this.sending = true;
    try {
      while (this.#more) {
        this.#more = false;
        await only(`hocmo:${space.slug}:outbox`, () => this.#sendAll());
      }
    } finally {
      this.sending = false;
      await this.#settle();
      this.#sleep();
    }
  }

  /** Whoever waits for what is no longer there waits for nothing. */
  async #settle(): Promise<void> {
    const asked = this.#answers.numbers; // before the look: what is put down meanwhile may not be seen by it
    await this.#read();
    const there = new Set(this.waiting.map((one) => one.number));
    asked.filter((number) => !there.has(number)).forEach((number) => this.#answers.gone(number));
  }

  async #sendAll(): Promise<void> {
    await this.#read();
    for (let work = this.#next(); work; work = this.#next()) {
      if (!(await this.#sendOne(work))) return;
      await this.#read();
    }
  }

  #next(): Waiting | undefined {
    const now = Date.now();
    if ((this.#until.get('') ?? 0) > now) return undefined;
    return this.pending.find((one) => (this.#until.get(LANES[one.kind]) ?? 0) <= now);
  }

  /** Look again when the first of what waits may go. */
  #sleep(): void {
    if (!this.pending.length || !session.isIn) return;
    const now = Date.now();
    const times = this.pending.map((one) => Math.max(this.#until.get('') ?? 0, this.#until.get(LANES[one.kind]) ?? 0));
    const next = Math.min(...times);
    if (next > now) this.#timer = window.setTimeout(() => this.nudge(), next - now);
  }

  /** Whether to go on with the next one. */
  async #sendOne(work: Waiting): Promise<boolean> {
    this.#onWire = work.number;
    try {
      const response = await send(request(work), work.person);
      const text = await response.text();
      const body: unknown = parsed(text);
      if (!response.ok) throw Problem.of(response, body);
      await drop('outbox', work.number);
      this.#failures = 0;
      this.#answers.tell(work.number, work, body);
      return true;
    } catch (error) {
      return this.#failed(work, error instanceof Problem ? error : Problem.offline());
    } finally {
      this.#onWire = 0;
    }
  }

  async #failed(work: Waiting, problem: Problem): Promise<boolean> {
    this.#answers.fail(work.number, problem);
    if (problem.status === 401) return false; // it waits until the person signs in again
    if (problem.isOffline) {
      this.#until.set('', Date.now() + (RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 0));
      this.#answers.failAll(problem);
      return false;
    }
    const tries = work.tries + 1;
    if (problem.isForNow && tries < TRIES) {
      const wait = Math.max(RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 0, (problem.retryAfter ?? 0) * 1000);
      this.#until.set(LANES[work.kind], Date.now() + wait);
      await this.#rewrite({ ...work, tries });
    } else {
      await this.#rewrite({ ...work, refused: { code: problem.code, detail: problem.message } });
    }
    return true;
  }

  /** A device that has no room keeps what it has. */
  async #rewrite(work: Waiting): Promise<void> {
    await keep('outbox', undefined, plain(work)).catch(() => this.#until.set(LANES[work.kind], Date.now() + 60_000));
  }

  #heard(number: number, work: Waiting, answer: unknown): void {
    this.waiting = this.waiting.filter((one) => one.number !== number);
    if (work.person === session.owner) this.#listeners.forEach((listener) => listener(work, answer));
  }

  /** In one transaction: the new one is there before the old one goes, or nothing has changed. */
  async #keep(work: NewWork): Promise<number> {
    const person = session.owner;
    if (!person) throw new Problem('signed_out', 401, t.nobody);
    const facts = { person, space: space.slug, at: Date.now(), tries: 0, refused: null };
    const whole = plain({ key: null, replaces: null, ...work, ...facts });
    const older = whole.replaces ? this.pending.filter((one) => this.#isReplaced(one, whole.replaces)) : [];
    try {
      const number = await within<IDBValidKey>(['outbox'], 'readwrite', (at) => {
        const added = at('outbox').add(whole);
        older.forEach((one) => at('outbox').delete(one.number));
        return added;
      });
      older.forEach((one) => this.#answers.fail(one.number, new Problem('replaced', 0, '')));
      return number as number;
    } catch {
      throw new Problem('device_full', 0, t.stuck);
    }
  }

  /** What may be on the wire is left: nobody knows whether it arrived. */
  #isReplaced(one: Waiting, name: string | null): boolean {
    return one.replaces === name && one.number !== this.#onWire;
  }

  async #read(): Promise<void> {
    const found = (await all<Waiting>('outbox').catch(() => [])).filter((one) => one.space === space.slug);
    this.waiting = found.filter((one) => one.person === session.owner);
    const others = new Map<string, number>();
    for (const one of found) if (one.person !== session.owner) others.set(one.person, (others.get(one.person) ?? 0) + 1);
    this.strangers = [...others].map(([person, count]) => ({ person, count }));
  }
}

function request(work: Waiting): Request {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (work.key) headers.set('idempotency-key', work.key);
  const body = work.body === null ? undefined : JSON.stringify(work.body);
  return new Request(work.path, { method: work.method, headers, body });
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** Runes' proxies cannot be stored; what waits is JSON anyway. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function only<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}

export const outbox = new Outbox();
