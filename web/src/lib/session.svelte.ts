/** Who is signed in. The access token lives in memory alone; the refresh token in an HttpOnly cookie that no script
 * sees; this device remembers only whose session it is, so that pages open without a line. */

import { Problem } from './api/problem';
import type { components } from './api/schema';
import { settings } from './settings.svelte';
import { space } from './space.svelte';

type SignedIn = components['schemas']['SignedIn'];
export type Person = components['schemas']['SignedInPerson'];

const EARLY_MS = 30_000; // a token is renewed this long before it ends: requests are under way for a while
/** Answers after which one is out; others (no line, a server in trouble) leave the session as it is. */
const OUT = new Set(['session_ended', 'refresh_token_reused', 'account_deactivated']);
const WEB = { 'content-type': 'application/json', 'x-hocmo-client': 'web' };

class Session {
  person = $state<Person | null>(null);
  /** The session ended elsewhere, or of age: what was not sent waits for the same person. */
  ended = $state(false);
  #token = '';
  #until = 0;
  #renewing: Promise<string> | null = null;
  #channel = 'BroadcastChannel' in window ? new BroadcastChannel(`hocmo:${space.slug}`) : null;

  get isIn(): boolean {
    return this.person !== null;
  }

  /** Take up the session of this device. Nothing is asked of the server before a token is needed. */
  start(): void {
    const kept = read(this.#key);
    if (kept) this.person = kept;
    if (kept) settings.suggest(kept.locale);
    this.#channel?.addEventListener('message', (event: MessageEvent<string>) => {
      if (event.data === 'in' && !this.person) this.person = read(this.#key);
      if (event.data === 'out') this.#drop();
    });
  }

  /** Headers of every request that ends in a session: the refresh token then comes as a cookie. */
  get headers(): Record<string, string> {
    return { 'x-hocmo-client': 'web' };
  }

  /** Tokens have come: one is in. */
  enter(signedIn: Pick<SignedIn, 'access_token' | 'expires_in' | 'person'>): void {
    localStorage.removeItem(this.#slot); // an exchange that was under way was of the session before
    this.#keep(signedIn);
    this.ended = false;
    this.#channel?.postMessage('in');
  }

  /** An access token that is good for a while. Throws: Problem. */
  async token(): Promise<string> {
    return Date.now() < this.#until - EARLY_MS ? this.#token : this.renewed();
  }

  /** The next access token: asked for once, whoever waits for it. Throws: Problem. */
  renewed(): Promise<string> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** Sign out here. What this device kept of the person goes, also where the server cannot be told. */
  async leave(): Promise<void> {
    const token = await this.token().catch(() => '');
    if (token) {
      await fetch(`/v1/spaces/${space.slug}/sessions`, {
        method: 'DELETE',
        headers: { ...this.headers, authorization: `Bearer ${token}` },
      }).catch(() => undefined);
    }
    const person = this.person?.id;
    this.#drop();
    this.#channel?.postMessage('out');
    if (person) await (await import('./data/db')).forget(person);
  }

  /** The person told another name or language. */
  describe(change: Partial<Pick<Person, 'name' | 'locale'>>): void {
    if (!this.person) return;
    this.person = { ...this.person, ...change };
    write(this.#key, this.person);
  }

  get #key(): string {
    return `hocmo:${space.slug}:person`;
  }

  get #slot(): string {
    return `hocmo:${space.slug}:exchange`;
  }

  #renew(): Promise<string> {
    return locked(`hocmo:${space.slug}:refresh`, () => this.#exchange(false));
  }

  async #exchange(again: boolean): Promise<string> {
    // A key of its own for each exchange, kept until the answer has come: an answer that a poor line lost is asked
    // for again under the same key, and the session goes on.
    const key = localStorage.getItem(this.#slot) ?? fresh();
    localStorage.setItem(this.#slot, key);
    const response = await fetch(`/v1/spaces/${space.slug}/sessions/refresh`, {
      method: 'POST',
      headers: { ...WEB, 'accept-language': settings.language },
      body: JSON.stringify({ attempt: key }),
    }).catch(() => {
      throw Problem.offline();
    });
    if (response.status < 500 && response.status !== 429) localStorage.removeItem(this.#slot);
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const problem = Problem.of(response, body);
      if (problem.code === 'refresh_raced' && !again) return this.#exchange(true); // another window was first
      if (OUT.has(problem.code)) this.#end();
      throw problem;
    }
    this.#keep(body as SignedIn);
    return this.#token;
  }

  #keep(signedIn: Pick<SignedIn, 'access_token' | 'expires_in' | 'person'>): void {
    this.#token = signedIn.access_token;
    this.#until = Date.now() + signedIn.expires_in * 1000;
    this.person = signedIn.person;
    write(this.#key, signedIn.person);
  }

  #end(): void {
    this.ended = this.person !== null;
    this.#drop();
  }

  #drop(): void {
    this.person = null;
    this.#token = '';
    this.#until = 0;
    localStorage.removeItem(this.#key);
  }
}

function read(key: string): Person | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Person | null;
  } catch {
    return null;
  }
}

function write(key: string, person: Person): void {
  localStorage.setItem(key, JSON.stringify(person));
}

function fresh(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, '0')).join('');
}

/** One tab at a time; a browser without locks has one tab in our cases (an app's webview). */
function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}

export const session = new Session();
