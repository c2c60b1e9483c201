/** Where one lands after signing in: a page of this very space, whatever an address says. */

import { to } from '$lib/router.svelte';
import { space } from '$lib/space.svelte';

/** Pages of entering: nobody is led from one into the other. */
const DOORS = /^\/(sign-in|register|activation|code|password-resets|invitations|entry|consent)(\/|$)/;

/** A path within the space, for the router. What leads anywhere else (another host, another space, a program, a page
 * of entering) becomes the space's front page: addresses with `next` are sent around by anyone. */
export function ownPath(given: string | null | undefined): string {
  // Exactly one slash at the beginning; browsers read a backslash as a slash, and drop tabs and line breaks.
  if (!given || given.length > 500 || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(given)) return '/';
  const address = new URL(to(given), location.origin);
  // Dots may have led out of the space.
  if (address.origin !== location.origin || !address.pathname.startsWith(`${space.base}/`)) return '/';
  const path = address.pathname.slice(space.base.length);
  return path.startsWith('//') || DOORS.test(path) ? '/' : path + address.search + address.hash;
}

/** Another page of entering that leads to the same place. */
export function door(path: string, next: string): string {
  return to(next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`);
}
