/** Where a notification leads: to a page of this space, whatever address of the space it was told with. */

import { to } from '$lib/router.svelte';
import { space } from '$lib/space.svelte';

/** For `href`; null where it leads to no page of ours: what was told is then read where it stands. */
export function address(link: string): string | null {
  let url: URL;
  try {
    url = new URL(link, location.origin);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol)) return null;
  // The same space has two kinds of address: by path (/s/hue/…) and at a host of its own.
  const path = url.pathname.replace(new RegExp(`^/s/${space.slug}(?=/|$)`), '');
  const ofSpace = path !== url.pathname || url.hostname.split('.')[0] === space.slug || url.origin === location.origin;
  return ofSpace && !/^\/s\//.test(path) ? to(path || '/') + url.search : null;
}
