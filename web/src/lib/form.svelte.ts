/** A form from sending to answer: busy meanwhile, what is wrong with which field, and the focus on the first of them. */

import { tick } from 'svelte';
import { Problem } from './api/problem';
import { Countdown } from './countdown.svelte';

export class Form {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** `<form bind:this={form.element} onsubmit={…} novalidate>` */
  element = $state<HTMLFormElement>();
  /** After too many tries: how long the server takes no more. */
  readonly wait = new Countdown();
  #lacking = $state.raw<Record<string, string>>({});

  /** What is wrong with a field; undefined where nothing is. */
  at(field: string): string | undefined {
    return this.#lacking[field] || this.problem?.at(field);
  }

  /** The refusal that is about none of the fields that are shown. */
  beside(...shown: string[]): Problem | null {
    return shown.some((field) => this.problem?.at(field)) ? null : this.problem;
  }

  /** Do what the form is for. `lacking` says what to write beside a field that is empty (`''`: it is not). */
  async send(event: Event, lacking: Record<string, string>, work: () => Promise<void>): Promise<void> {
    event.preventDefault();
    if (this.busy || this.wait.left) return;
    this.problem = null;
    this.#lacking = lacking;
    if (Object.values(lacking).some(Boolean)) return this.#showFirst();
    this.busy = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
      if (error.status === 429 && error.retryAfter) this.wait.start(error.retryAfter);
    } finally {
      this.busy = false;
    }
    if (this.problem) await this.#showFirst();
  }

  async #showFirst(): Promise<void> {
    await tick();
    this.element?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }
}
