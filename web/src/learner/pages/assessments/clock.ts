/** The server's time on a device whose own clock may be wrong by hours: what the server told, and what has passed since.
 *
 * The browser's count of time is nobody's to set; but some phones stop it while they sleep. Then the device's own clock,
 * which is used for nothing else, has run away from it, and the server must be asked again. */

const DRIFT_MS = 5_000;

export class ServerClock {
  #server: number | null = null;
  #ticks = 0;
  #wall = 0;

  constructor(
    private readonly ticks = () => performance.now(),
    private readonly wall = () => Date.now(),
  ) {}

  /** The server's time, as an answer that has just come tells it (RFC 3339). */
  told(time: string): void {
    this.#server = Date.parse(time);
    this.#ticks = this.ticks();
    this.#wall = this.wall();
  }

  /** Milliseconds since the epoch; null: not told yet, or not to be relied on any more. Never ahead of the server. */
  get now(): number | null {
    const passed = this.ticks() - this.#ticks;
    if (this.#server === null || Math.abs(this.wall() - this.#wall - passed) > DRIFT_MS) return null;
    return this.#server + passed;
  }
}
