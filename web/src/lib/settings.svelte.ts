/** How a person wants to read: theme, text size, language. At once, remembered on this device, told to other tabs. */

import { kept } from './kept';

export type Language = 'vi' | 'en';
export type Size = 'usual' | 'large' | 'larger';
export type ThemeChoice = 'device' | 'light' | 'dark';

interface Kept {
  theme?: 'light' | 'dark';
  size?: Size;
  language?: Language;
}

const KEY = 'hocmo:settings'; // boot.js reads it too

function read(): Kept {
  try {
    return (JSON.parse(kept.get(KEY) ?? '{}') as Kept | null) ?? {};
  } catch {
    return {};
  }
}

class Settings {
  #kept = $state<Kept>(read());
  #fallback = $state<Language>('vi');
  #deviceDark = $state(window.matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      this.#deviceDark = event.matches;
      this.#apply();
    });
    window.addEventListener('storage', (event) => {
      if (event.key !== KEY) return;
      this.#kept = read();
      this.#apply();
    });
  }

  get language(): Language {
    return this.#kept.language ?? this.#fallback;
  }

  get size(): Size {
    return this.#kept.size ?? 'usual';
  }

  get themeChoice(): ThemeChoice {
    return this.#kept.theme ?? 'device';
  }

  get theme(): 'light' | 'dark' {
    return this.#kept.theme ?? (this.#deviceDark ? 'dark' : 'light');
  }

  set language(language: Language) {
    this.#keep({ language });
  }

  set size(size: Size) {
    this.#keep({ size });
  }

  set themeChoice(choice: ThemeChoice) {
    this.#keep({ theme: choice === 'device' ? undefined : choice });
  }

  /** The language of a space, or of a person, for whoever has chosen none here. */
  suggest(language: Language): void {
    this.#fallback = language;
    this.#apply();
  }

  #keep(change: Kept): void {
    this.#kept = { ...this.#kept, ...change };
    kept.set(KEY, JSON.stringify(this.#kept));
    this.#apply();
  }

  #apply(): void {
    const root = document.documentElement;
    root.dataset.theme = this.theme;
    root.dataset.size = this.size;
    root.lang = this.language;
  }
}

export const settings = new Settings();
