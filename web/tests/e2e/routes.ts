/** The routes as the program lists them: read from its source, so that a page which is added is walked too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function routes(): { path: string; signedIn: boolean }[] {
  const source = readFileSync(join(import.meta.dirname, '../../src/learner/routes.ts'), 'utf8');
  const found = [...source.matchAll(/\{\s*path: '([^']+)',[^]*?(?=\{\s*path: '|\n\];)/g)];
  return found.map(([text, path]) => ({ path: path ?? '', signedIn: /signedIn: true/.test(text) }));
}
