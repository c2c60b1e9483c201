/** The typed client: operations and shapes are those of the OpenAPI document, from which `schema.d.ts` is made. */

import { session } from '../session.svelte';
import { settings } from '../settings.svelte';
import { space } from '../space.svelte';
import { Problem } from './problem';
import { requests } from './requests';
import type { components } from './schema';

export { Problem } from './problem';
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export const api = requests(send);

/** Path parameters of the space whose page this is, with more of them: `here({ course })`. */
export function here(): { space: string };
export function here<More extends object>(more: More): More & { space: string };
export function here(more: object = {}): object {
  return { space: space.slug, ...more };
}

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body. Throws: Problem. */
export async function ask<T>(request: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (!response.ok) throw Problem.of(response, error);
  return data as T;
}

/** The answer's body with its ETag, for an edit with `If-Match`. Throws: Problem. */
export async function askTagged<T>(request: Promise<Outcome<T>>): Promise<{ body: T; etag: string }> {
  const outcome = await request;
  if (!outcome.response.ok) throw Problem.of(outcome.response, outcome.error);
  return { body: outcome.data as T, etag: outcome.response.headers.get('etag') ?? '' };
}

/** A key that makes a repeated POST the same one. `crypto.randomUUID` is younger than the oldest WebView we serve. */
export function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
}

const PATIENCE_MS = 30_000; // the gateway gives up before: a line that does not answer is none

/** Send with language and session; a token that the server no longer takes is renewed once. What begins a session of its
 * own goes without the one that may be there; so does all else once that has ended: some of it is public. `owner`: whose
 * work it is; it goes out as nobody else's. Throws: Problem. */
export async function send(request: Request, owner?: string): Promise<Response> {
  request.headers.set('accept-language', settings.language);
  const token = session.isIn && !request.headers.has('x-hocmo-client') ? await session.token().catch(unlessEnded) : '';
  if (owner !== undefined && session.person?.id !== owner) throw new Problem('session_changed', 401, '');
  const again = token ? request.clone() : null;
  if (token) request.headers.set('authorization', `Bearer ${token}`);
  const response = await reach(request);
  if (response.status !== 401 || !again) return response;
  again.headers.set('authorization', `Bearer ${await session.renewed()}`);
  return reach(again);
}

function unlessEnded(error: unknown): string {
  if (error instanceof Problem && error.status === 401 && !session.isIn) return '';
  throw error;
}

/** The answer with all of its body: one that is cut short on its way is no answer. */
async function reach(request: Request): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  const given = request.signal;
  given?.addEventListener('abort', () => stop.abort());
  try {
    const response = await fetch(request, { signal: stop.signal });
    const body = response.status === 204 || response.status === 304 ? null : await response.text();
    return new Response(body, { status: response.status, headers: response.headers });
  } catch {
    throw Problem.offline();
  } finally {
    clearTimeout(timer);
  }
}
