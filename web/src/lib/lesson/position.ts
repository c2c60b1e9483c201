/** Where a person is in a film, so that it is never lost: on the disk at once (`localStorage` alone is sure to be written
 * while a webview closes), and told to the server every quarter of a minute and whenever the film stops. */

import { kept } from '../kept';

const TOLD_EVERY_MS = 15_000;
const NOTED_EVERY_MS = 1_000;
const WORTH_S = 3; // so near the beginning there is nothing to come back to

export interface Noted {
  /** Seconds into the film. */
  s: number;
  /** Milliseconds since the epoch, by this device. */
  at: number;
}

type Tell = (seconds: number, at: Date) => Promise<unknown>;

export class Position {
  #noted: Noted | null;
  /** Whether the server was told, or the outbox has it. */
  #isTold = false;
  #notedAt = 0;
  #toldAt: number;

  constructor(
    /** Whose, in which lesson. */
    private readonly name: string,
    private readonly tell: Tell,
    private readonly now: () => number = Date.now,
  ) {
    this.#noted = noted(name);
    this.#toldAt = now();
  }

  /** The film is here now; called as often as it likes while it plays. */
  moved(seconds: number): void {
    if (seconds < WORTH_S) return;
    const at = this.now();
    if (at - this.#notedAt >= NOTED_EVERY_MS) this.#note(seconds, at);
    if (at - this.#toldAt >= TOLD_EVERY_MS) this.#say();
  }

  /** The film stopped here, or the page is being left. */
  stopped(seconds: number): void {
    if (seconds < WORTH_S) return;
    if (this.#isTold && this.#noted && Math.floor(this.#noted.s) === Math.floor(seconds)) return;
    this.#note(seconds, this.now());
    this.#say();
  }

  /** Tell what an earlier visit could not: the page was closed under it. */
  catchUp(): void {
    if (!this.#isTold) this.#say();
  }

  /** The lesson is done: a position in it means nothing any more. */
  forget(): void {
    this.#noted = null;
    kept.remove(this.name);
  }

  #note(seconds: number, at: number): void {
    this.#notedAt = at;
    this.#noted = { s: seconds, at };
    this.#isTold = false;
    kept.set(this.name, JSON.stringify(this.#noted));
  }

  #say(): void {
    const said = this.#noted;
    if (!said) return;
    this.#toldAt = this.now();
    void this.tell(Math.floor(said.s), new Date(said.at)).then(
      () => {
        if (this.#noted !== said) return;
        this.#isTold = true;
        kept.remove(this.name); // the server's word, or the outbox's, is as good now
      },
      () => undefined, // it stays as not told, for the next time
    );
  }
}

/** What this device noted and has not told; null where there is nothing. */
export function noted(name: string): Noted | null {
  try {
    const note = JSON.parse(kept.get(name) ?? 'null') as Noted | null;
    return note && typeof note.s === 'number' && typeof note.at === 'number' ? note : null;
  } catch {
    return null;
  }
}

/** Where to begin, in seconds: at the second that an address asks for, else at the newer one of this device's note and
 * the server's word, which another device may have moved. */
export function beginning(asked: string | null, here: Noted | null, server: { s: number | undefined; at: number }): number {
  if (asked !== null && /^\d{1,5}$/.test(asked)) return Number(asked);
  if (here && (server.s === undefined || here.at > server.at)) return Math.floor(here.s);
  return server.s ?? 0;
}
