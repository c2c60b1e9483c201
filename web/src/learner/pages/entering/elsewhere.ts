/** Signing in elsewhere (a provider, a super-app): who begins keeps a secret, and nobody else can end it (RFC 7636). */

import { api, ask, here, Problem } from '$lib/api/client';
import { keptInTab } from '$lib/kept';
import { space } from '$lib/space.svelte';
import { ownPath } from './landing';

export type Party = 'provider' | 'app';

interface Begun {
  verifier: string;
  party: Party;
  id: string;
  next: string;
}

const slot = () => `hocmo:${space.slug}:elsewhere`;

/** Send the browser to a provider or an app, which sends it back to `/entry`. Throws: Problem. */
export async function begin(party: Party, id: string, next: string): Promise<void> {
  const verifier = secret();
  const body = { challenge: await challenge(verifier) };
  const { address } = await ask(
    party === 'provider'
      ? api.POST('/v1/spaces/{space}/providers/{provider}/sign-ins', { params: { path: here({ provider: id }) }, body })
      : api.POST('/v1/spaces/{space}/apps/{app}/sign-ins', { params: { path: here({ app: id }) }, body }),
  );
  if (!/^https?:\/\//.test(address)) throw new Problem('address_unfit', 0, address);
  const begun: Begun = { verifier, party, id, next };
  keptInTab.set(slot(), JSON.stringify(begun));
  location.assign(address);
}

/** What was begun in this tab; null where nothing was. */
export function begun(): Begun | null {
  try {
    const found = JSON.parse(keptInTab.get(slot()) ?? 'null') as Begun | null;
    return found && { ...found, next: ownPath(found.next) };
  } catch {
    return null;
  }
}

/** It has ended: its secret is good for nothing more. */
export function end(): void {
  keptInTab.remove(slot());
}

/** Redeem what one came back with: with the secret of what was begun here; and, where that is refused, without. A sign-in
 * that was left half-way keeps nobody out whom an app's server sends in. Neither try uses the code up unless it opens. */
export async function redeemed<T>(redeem: (verifier: string | null) => Promise<T>, refused: string): Promise<T> {
  const verifier = begun()?.verifier ?? null;
  try {
    return await redeem(verifier);
  } catch (error) {
    if (!verifier || !(error instanceof Problem) || error.code !== refused) throw error;
    return redeem(null);
  }
}

/** 256 bits, in the 43 characters that RFC 7636 asks for. */
export function secret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** S256 of a secret (RFC 7636, 4.2). */
export async function challenge(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}
