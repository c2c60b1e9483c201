/** Who is signed in. The access token lives in memory alone; the refresh token in an HttpOnly cookie that no script
 * sees; this device remembers only whose session it is, so that pages open without a line. */

import { Problem } from './api/problem';
import type { components } from './api/schema';
import { kept } from './kept';
import { settings } from './settings.svelte';
import { space } from './space.svelte';

type SignedIn = Pick<components['schemas']['SignedIn'], 'access_token' | 'expires_in' | 'person'>;
export type Person = components['schemas']['SignedInPerson'];

const EARLY_MS = 30_000; // a token is renewed this long before it ends: requests are under way for a while
const PATIENCE_MS = 20_000;
const LEAVING_MS = 5_000;
const RACED_MS = 1_500; // the window that was first gets its cookie meanwhile
/** Answers after which one is out; others (no line, a server in trouble) leave the session as it is. */
const OUT = new Set(['session_ended', 'refresh_token_reused', 'account_deactivated']);
const WEB = { 'x-hocmo-client': 'web' };

class Session {
  person = $state<Person | null>(null);
  /** The session ended elsewhere, or of age: what was not sent waits for the same person. */
  ended = $state(false);
  #former = $state('');
  #token = '';
  #until = 0;
  #renewing: Promise<string> | null = null;
  #channel = 'BroadcastChannel' in window ? new BroadcastChannel(`hocmo:${space.slug}`) : null;

  get isIn(): boolean {
    return this.person !== null;
  }

  /** Whose work it is that is done here: of who is in, or of whom the session ended for while a page was open. */
  get owner(): string {
    return this.person?.id ?? (this.ended ? this.#former : '');
  }

  /** Take up the session of this device. Nothing is asked of the server before a token is needed. */
  start(): void {
    this.#take(read(this.#key));
    this.#channel?.addEventListener('message', (event: MessageEvent<string>) => {
      if (event.data === 'in') this.#take(read(this.#key));
      if (event.data === 'out') this.#drop();
    });
    if (kept.get(this.#leaving)) void this.#end('');
  }

  /** Headers of every request that ends in a session: the refresh token then comes as a cookie. */
  get headers(): Record<string, string> {
    return WEB;
  }

  /** Tokens have come: one is in. */
  enter(signedIn: SignedIn): void {
    kept.remove(this.#slot); // an exchange that was under way was of the session before
    kept.remove(this.#leaving);
    this.#keep(signedIn);
    this.ended = false;
    this.#channel?.postMessage('in');
  }

  /** An access token that is good for a while. Throws: Problem. */
  async token(): Promise<string> {
    return Date.now() < this.#until - EARLY_MS ? this.#token : this.renewed();
  }

  /** The next access token: asked for once, whoever waits for it. Throws: Problem; `session_changed` where it is another
   * person's: what was under way was of somebody else. */
  renewed(): Promise<string> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** Sign out here: on this device at once, and at the server as soon as it can be told. */
  async leave(): Promise<void> {
    const [person, token] = [this.person?.id, Date.now() < this.#until ? this.#token : ''];
    const leaving = await import('./leaving').catch(() => null); // without a line it may not be here
    await leaving?.quiet();
    kept.set(this.#leaving, '1');
    kept.remove(this.#key);
    this.#drop();
    this.#channel?.postMessage('out');
    if (person) await leaving?.forget(person);
    await this.#end(token);
  }

  /** The person told another name or language. */
  describe(change: Partial<Pick<Person, 'name' | 'locale'>>): void {
    if (!this.person) return;
    this.person = { ...this.person, ...change };
    kept.set(this.#key, JSON.stringify(this.person));
  }

  get #key(): string {
    return `hocmo:${space.slug}:person`;
  }

  get #slot(): string {
    return `hocmo:${space.slug}:exchange`;
  }

  get #leaving(): string {
    return `hocmo:${space.slug}:leaving`;
  }

  #renew(): Promise<string> {
    return locked(`hocmo:${space.slug}:refresh`, async () => {
      const before = this.person?.id;
      const signedIn = await this.#exchange(false);
      const changed = before !== undefined && before !== signedIn.person.id;
      this.#keep(signedIn);
      if (changed) throw new Problem('session_changed', 401, '');
      return this.#token;
    });
  }

  async #exchange(again: boolean): Promise<SignedIn> {
    // A key of its own for each exchange, kept until the answer has come: an answer that a poor line lost is asked
    // for again under the same key, and the session goes on.
    const attempt = kept.get(this.#slot) ?? fresh();
    kept.set(this.#slot, attempt);
    const response = await this.#fetch('/refresh', 'POST', PATIENCE_MS, {}, JSON.stringify({ attempt }));
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && !body) throw Problem.offline(); // cut short: asked for again under the same key
    if (response.status < 500 && response.status !== 429) kept.remove(this.#slot);
    if (response.ok) return body as SignedIn;
    const problem = Problem.of(response, body);
    if (problem.code === 'refresh_raced' && !again) {
      await new Promise((resolve) => setTimeout(resolve, RACED_MS));
      return this.#exchange(true);
    }
    if (OUT.has(problem.code)) this.#lose();
    throw problem;
  }

  /** Tell the server that the session is over; what it cannot be told now, it is told at the next start. */
  async #end(token: string): Promise<void> {
    try {
      const good = token || (await locked(`hocmo:${space.slug}:refresh`, () => this.#exchange(true))).access_token;
      const response = await this.#fetch('', 'DELETE', LEAVING_MS, { authorization: `Bearer ${good}` });
      if (response.status < 500) kept.remove(this.#leaving);
    } catch (error) {
      if (error instanceof Problem && OUT.has(error.code)) kept.remove(this.#leaving);
    }
  }

  async #fetch(path: string, method: string, patience: number, headers: object, body?: string): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    const sent = { ...WEB, 'content-type': 'application/json', 'accept-language': settings.language, ...headers };
    try {
      return await fetch(`/v1/spaces/${space.slug}/sessions${path}`, { method, headers: sent, body, signal: stop.signal });
    } catch {
      throw Problem.offline();
    } finally {
      clearTimeout(timer);
    }
  }

  #keep(signedIn: SignedIn): void {
    this.#token = signedIn.access_token;
    this.#until = Date.now() + signedIn.expires_in * 1000;
    this.person = signedIn.person;
    kept.set(this.#key, JSON.stringify(signedIn.person));
  }

  /** Be whom another window, or the last visit, says; nothing of a person before is of use. */
  #take(person: Person | null): void {
    if (!person || person.id === this.person?.id) return;
    this.#drop();
    this.ended = false;
    this.person = person;
    settings.suggest(person.locale);
  }

  #lose(): void {
    if (!this.person) return;
    this.#former = this.person.id;
    this.ended = true;
    if (read(this.#key)?.id === this.person.id) kept.remove(this.#key);
    this.#drop();
  }

  #drop(): void {
    this.person = null;
    this.#token = '';
    this.#until = 0;
  }
}

function read(key: string): Person | null {
  try {
    return JSON.parse(kept.get(key) ?? 'null') as Person | null;
  } catch {
    return null;
  }
}

function fresh(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, '0')).join('');
}

/** One tab at a time; a browser without locks has one tab in our cases (an app's webview). */
function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}

export const session = new Session();
