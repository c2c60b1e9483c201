/** Who waits for what the server says to work of the outbox: told by whichever tab sent it, and never for ever. */

import { Problem } from '../api/problem';
import { space } from '../space.svelte';
import { words } from '../words.svelte';
import type { Waiting } from './outbox.svelte';

interface Asked {
  resolve: (answer: unknown) => void;
  reject: (problem: Problem) => void;
  timer: number;
}

interface Told {
  number: number;
  work: Waiting;
  answer: unknown;
}

const PATIENCE_MS = 12_000; // a person who waits longer is better told that it will be sent
const t = words(
  { elsewhere: 'Đã gửi từ một cửa sổ khác. Tải lại trang để xem kết quả.' },
  { elsewhere: 'It was sent by another window. Reload the page to see the outcome.' },
);

export class Answers {
  #asked = new Map<number, Asked>();
  #heard: (number: number, work: Waiting, answer: unknown) => void;
  #channel = 'BroadcastChannel' in window ? new BroadcastChannel(`hocmo:${space.slug}:outbox`) : null;

  constructor(heard: (number: number, work: Waiting, answer: unknown) => void) {
    this.#heard = heard;
    this.#channel?.addEventListener('message', (event: MessageEvent<Told>) => this.#take(event.data));
  }

  /** What the server will say to a piece of work. Throws: Problem; `offline` where it takes long: it will be sent. */
  of<T>(number: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => this.fail(number, Problem.offline()), PATIENCE_MS);
      this.#asked.set(number, { resolve: resolve as (answer: unknown) => void, reject, timer });
    });
  }

  /** The server has answered: here and in the other tabs. */
  tell(number: number, work: Waiting, answer: unknown): void {
    this.#channel?.postMessage({ number, work, answer } satisfies Told);
    this.#take({ number, work, answer });
  }

  fail(number: number, problem: Problem): void {
    this.#end(number)?.reject(problem);
  }

  failAll(problem: Problem): void {
    this.numbers.forEach((number) => this.fail(number, problem));
  }

  get numbers(): number[] {
    return [...this.#asked.keys()];
  }

  /** What is neither waiting nor answered was sent by a window that is gone. */
  gone(number: number): void {
    this.fail(number, new Problem('sent_elsewhere', 0, t.elsewhere));
  }

  #take({ number, work, answer }: Told): void {
    this.#end(number)?.resolve(answer);
    this.#heard(number, work, answer);
  }

  #end(number: number): Asked | undefined {
    const asked = this.#asked.get(number);
    if (asked) clearTimeout(asked.timer);
    this.#asked.delete(number);
    return asked;
  }
}
