/** Whose page this is: the space's public document, by host or by `/s/{slug}/`, and its dress. */

import type { components } from './api/schema';
import { tokens } from './brand';
import { kept } from './kept';
import { settings } from './settings.svelte';

export type PublicSpace = components['schemas']['PublicSpace'];
export type Found = 'looking' | 'found' | 'none' | 'unknown' | 'unreachable';

declare global {
  interface Window {
    hocmo?: { slug: string | null; base: string; space: Promise<Response> | null };
  }
}

const KEPT = 'hocmo:space:';

class SpaceOfPage {
  /** '' at a host of the space's own, `/s/hue` elsewhere: what every address of a page begins with. */
  readonly base: string = window.hocmo?.base ?? '';
  readonly slug: string = window.hocmo?.slug ?? '';
  found = $state<Found>('looking');
  document = $state<PublicSpace | null>(null);

  get name(): string {
    return this.document?.name ?? 'Học mở';
  }

  get shortName(): string {
    return this.document?.brand.short_name ?? this.name;
  }

  /** Read the document that boot.js asked for; without a line, the one of last time. */
  async start(): Promise<void> {
    if (!this.slug) {
      this.found = 'none';
      return;
    }
    const last = lastOf(this.slug);
    if (last) this.#take(last);
    try {
      const answer = await (window.hocmo?.space ?? fetch(`/v1/spaces/${this.slug}`));
      if (answer.ok) {
        const document = (await answer.json()) as PublicSpace;
        kept.set(KEPT + this.slug, JSON.stringify(document));
        this.#take(document);
      } else if (answer.status === 404) {
        this.found = 'unknown';
      } else if (!last) {
        this.found = 'unreachable';
      }
    } catch {
      if (!last) this.found = 'unreachable';
    }
  }

  #take(document: PublicSpace): void {
    this.document = document;
    this.found = 'found';
    settings.suggest(document.language);
  }

  /** Put the dress on: colours that keep their contrast, the icon, the app manifest. Runs again when the theme moves. */
  dress(): void {
    const root = document.documentElement;
    for (const [name, value] of Object.entries(tokens(this.document?.brand.colours.primary, settings.theme))) {
      root.style.setProperty(name, value);
    }
    const colour = getComputedStyle(root).getPropertyValue('--surface').trim();
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', colour);
    if (!this.document) return;
    const logo = this.document.brand.logo;
    if (logo) link('icon', `/v1/spaces/${this.slug}/logo`, logo.content_type);
    link('manifest', `/v1/spaces/${this.slug}/manifest.webmanifest?at=${this.base ? 'path' : 'host'}`);
  }
}

/** What was told the last time; null where nothing was, or it cannot be read any more. */
function lastOf(slug: string): PublicSpace | null {
  try {
    return JSON.parse(kept.get(KEPT + slug) ?? 'null') as PublicSpace | null;
  } catch {
    return null;
  }
}

function link(rel: string, href: string, type?: string): void {
  const found = document.querySelector<HTMLLinkElement>(`link[rel=${rel}]`);
  const element = found ?? document.head.appendChild(document.createElement('link'));
  element.rel = rel;
  element.href = href;
  if (type) element.type = type;
}

export const space = new SpaceOfPage();
