import { beforeEach } from 'vitest';

// What a browser has and the tests' does not.
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList;

beforeEach(() => localStorage.clear());
