/** Small texts that this device remembers, or this tab. Where a browser keeps nothing (storage is blocked, absent or full),
 * they hold for the visit. */

class Kept {
  #memory = new Map<string, string>();

  constructor(private readonly where: 'localStorage' | 'sessionStorage') {}

  get(key: string): string | null {
    try {
      return this.#memory.get(key) ?? this.#store?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  set(key: string, text: string): void {
    try {
      const there = this.#store;
      if (!there) throw new Error('blocked');
      there.setItem(key, text);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, text);
    }
  }

  remove(key: string): void {
    this.#memory.delete(key);
    try {
      this.#store?.removeItem(key);
    } catch {
      // It was never there.
    }
  }

  /** Asking for it may throw already: a browser that blocks storage. */
  get #store(): Storage | null {
    return window[this.where];
  }
}

export const kept = new Kept('localStorage');
export const keptInTab = new Kept('sessionStorage');
