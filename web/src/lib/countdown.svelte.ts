/** Seconds until something may be done again, by the clock: a phone that slept in between has counted on. */

export class Countdown {
  left = $state(0);
  #until = 0;
  #timer = 0;

  start(seconds: number): void {
    this.stop();
    this.#until = Date.now() + seconds * 1000;
    this.#look();
    this.#timer = window.setInterval(() => this.#look(), 1000);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.left = 0;
  }

  #look(): void {
    this.left = Math.max(0, Math.ceil((this.#until - Date.now()) / 1000));
    if (!this.left) this.stop();
  }
}
