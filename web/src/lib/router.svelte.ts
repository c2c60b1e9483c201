/** Addresses and pages. Links are plain `<a href={to('/courses')}>`: they work in a new tab and without this. */

import { tick, type Component } from 'svelte';
import { space } from './space.svelte';

export interface Route {
  /** `/courses/:course/lessons/:lesson`, below the space's own address. */
  path: string;
  load: () => Promise<{ default: Component<never> }>;
  /** Only for whoever is signed in; others are led to the sign-in, and back. */
  signedIn?: boolean;
  /** Without the frame of navigation: entering, a lesson. */
  bare?: boolean;
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** The address of a page of this space, for `href`. */
export function to(path: string): string {
  return space.base + path;
}

/** The sign-in, which leads back to this page. */
export function signInFrom(path: string): string {
  return to(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`);
}

/** The route of a path, and what stands in its places; null where there is none. */
export function match(routes: Route[], path: string): Match | null {
  const parts = path.split('/').filter(Boolean);
  for (const route of routes) {
    const wanted = route.path.split('/').filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, at) => {
      const given = parts[at] ?? '';
      if (!part.startsWith(':')) return part === given;
      params[part.slice(1)] = decoded(given);
      return true;
    });
    if (fits) return { route, params };
  }
  return null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Back to where the page was left; what it shows may still be on its way, so for a second more. */
function scrollBack(y: number): void {
  const until = Date.now() + 1000;
  const step = () => {
    window.scrollTo(0, y);
    if (window.scrollY < y - 1 && Date.now() < until) requestAnimationFrame(step);
  };
  step();
}

class Router {
  path = $state(this.#here());
  query = $state(new URLSearchParams(location.search));
  /** What stands after the #: one-time codes come so, since no server's log sees it. Cleared once it was read. */
  fragment = $state(new URLSearchParams(location.hash.slice(1)));
  #guard: (() => boolean) | null = null;

  start(): void {
    history.scrollRestoration = 'manual';
    window.addEventListener('popstate', (event) => {
      this.#read();
      void tick().then(() => scrollBack((event.state as { y?: number } | null)?.y ?? 0));
    });
    document.addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a');
      if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
      if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
      if (!link.pathname.startsWith(`${space.base}/`) || /^\/(v1|docs|local\/mail)(\/|$)/.test(link.pathname)) return;
      if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
      event.preventDefault();
      this.go(link.pathname.slice(space.base.length) + link.search + link.hash);
    });
  }

  /** Turn to another page of this space. `replace`: the page before is not one to come back to. */
  go(path: string, { replace = false } = {}): void {
    if (this.#guard && !this.#guard()) return;
    history.replaceState({ ...(history.state as object | null), y: window.scrollY }, '');
    history[replace ? 'replaceState' : 'pushState']({}, '', to(path));
    this.#read();
    window.scrollTo(0, 0);
  }

  back(otherwise: string): void {
    if (history.length > 1) history.back();
    else this.go(otherwise, { replace: true });
  }

  /** Change the query of this page's address, so that a list can be sent to somebody; no new step of history. */
  filter(changes: Record<string, string | null>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    history.replaceState(history.state, '', to(this.path) + (text ? `?${text}` : ''));
    this.query = query;
  }

  /** Take what stood after the # out of the address: it is good once and nobody's to copy. */
  clearFragment(): void {
    history.replaceState(history.state, '', location.pathname + location.search);
  }

  /** Ask before a page is left whose work is not kept; gives the way to ask no more. */
  guard(mayLeave: () => boolean): () => void {
    this.#guard = mayLeave;
    return () => {
      if (this.#guard === mayLeave) this.#guard = null;
    };
  }

  #here(): string {
    return location.pathname.slice(space.base.length) || '/';
  }

  #read(): void {
    this.path = this.#here();
    this.query = new URLSearchParams(location.search);
    this.fragment = new URLSearchParams(location.hash.slice(1));
  }
}

export const router = new Router();
