/** What the ways in share: what was typed on the page before, which way was taken last, and what happens once one is in. */

import type { Schema } from '$lib/api/client';
import { kept } from '$lib/kept';
import { router } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';
import { space } from '$lib/space.svelte';

/** Who tries another way need not type their login again. It never stands in an address: servers write those down. */
export const typed = { login: '' };

/** How somebody came in on this device: that way is offered first the next time. */
export type Way = { kind: 'password' } | { kind: 'code' } | { kind: 'provider'; id: string; name: string };

const slot = () => `hocmo:${space.slug}:way`;

export function lastWay(): Way | null {
  try {
    return JSON.parse(kept.get(slot()) ?? 'null') as Way | null;
  } catch {
    return null;
  }
}

/** Remember the way. It is chosen when it is begun: a provider's answer no longer says whose it was. */
export function take(way: Way): void {
  kept.set(slot(), JSON.stringify(way));
}

type Tokens = Pick<Schema<'SignedIn'>, 'access_token' | 'expires_in' | 'person'>;

/** Tokens have come: on to where one wanted to be. The page of entering is none to come back to. */
export function enter(tokens: Tokens, next: string): void {
  typed.login = '';
  session.enter(tokens);
  router.go(next, { replace: true });
}
