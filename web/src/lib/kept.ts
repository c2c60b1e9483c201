/** Small texts that this device remembers. Where a browser keeps nothing (storage is blocked, absent or full), they hold
 * for the visit. */

const memory = new Map<string, string>();

function store(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export const kept = {
  get(key: string): string | null {
    try {
      return memory.get(key) ?? store()?.getItem(key) ?? null;
    } catch {
      return null;
    }
  },
  set(key: string, text: string): void {
    try {
      const there = store();
      if (!there) throw new Error('blocked');
      there.setItem(key, text);
      memory.delete(key);
    } catch {
      memory.set(key, text);
    }
  },
  remove(key: string): void {
    memory.delete(key);
    try {
      store()?.removeItem(key);
    } catch {
      // It was never there.
    }
  },
};
