/** Short words about what has just happened, shown for a while and read out. */

import type { Problem } from './api/problem';

export interface Toast {
  id: number;
  text: string;
  tone: 'good' | 'bad' | 'plain';
  action: { label: string; run: () => void } | null;
}

class Toasts {
  shown = $state.raw<Toast[]>([]);
  #last = 0;

  say(text: string, tone: Toast['tone'] = 'plain', action: Toast['action'] = null): void {
    const toast = { id: ++this.#last, text, tone, action };
    this.shown = [...this.shown.slice(-2), toast];
    window.setTimeout(() => this.close(toast.id), action || tone === 'bad' ? 10_000 : 5_000);
  }

  fail(problem: Problem): void {
    this.say(problem.message, 'bad');
  }

  close(id: number): void {
    this.shown = this.shown.filter((one) => one.id !== id);
  }
}

export const toasts = new Toasts();
