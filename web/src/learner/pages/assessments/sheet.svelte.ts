/** A sitting as one person takes it: every answer is on this device before it is on the wire, time is the server's, and
 * what another device has answered since is not written over. */

import { api, ask, here, Problem, type Schema } from '$lib/api/client';
import { recall, remember } from '$lib/data/resource.svelte';
import { outbox, type Waiting } from '$lib/offline/outbox.svelte';
import { line } from '$lib/online.svelte';
import type { Answer, Asked } from '$lib/questions/kinds';
import { toasts } from '$lib/toasts.svelte';
import { ServerClock } from './clock';

type Sitting = Schema<'Sitting'>;
type NewAnswer = Schema<'NewAnswer'>;
/** `lost`: neither the device nor the server keeps it; `refused`: the server has said why. */
export type Saved = 'none' | 'saving' | 'waits' | 'saved' | 'refused' | 'lost';

const TYPED_MS = 700; // a sheet takes 100 saves and 20 a question: not one for each letter
const LOOK_MS = 30_000;
const TIME_MS = 10_000;
const TYPED: Asked['kind'][] = ['numeric', 'short_answer', 'fill_in', 'ordering', 'hot_spot']; // many steps, one answer

export class Sheet {
  sitting = $state.raw<Sitting | null>(null);
  /** Why it cannot be shown, or was not submitted. */
  problem = $state.raw<Problem | null>(null);
  loading = $state(true);
  answers = $state.raw<Record<string, Answer>>({});
  /** To look at once more; they stay on this device. */
  marks = $state.raw<string[]>([]);
  /** Seconds; null: no limit, or not known without the server. */
  left = $state<number | null>(null);
  /** By what is known here; the server decides. */
  over = $state(false);
  /** Another device has answered meanwhile. */
  elsewhere = $state(false);
  submitting = $state(false);
  #sequences: Record<string, number> = {};
  #saved = $state.raw<Record<string, number>>({});
  /** Changed and not put down yet. */
  #changed = $state.raw<string[]>([]);
  #lost = $state.raw<string[]>([]);
  #putting: Promise<void> = Promise.resolve();
  #reading: Promise<void> | null = null;
  #read = -Infinity;
  #tried = -Infinity;
  #timer = 0;
  #seen = new Set<number>();
  #spent: Record<string, number> = {};
  #current: { id: string; since: number } | null = null;

  constructor(
    readonly assessment: string,
    readonly number: number,
    private readonly clock = new ServerClock(),
  ) {
    void this.#start();
  }

  get isOpen(): boolean {
    return this.sitting?.state === 'open';
  }

  /** To be submitted as soon as there is a line, whoever reloads meanwhile. */
  get queued(): boolean {
    return outbox.pending.some((one) => one.kind === 'submission' && one.path === `${this.#path}/submission`);
  }

  get locked(): boolean {
    return !this.isOpen || this.over || this.submitting || this.queued;
  }

  /** What the server did not take, and why. */
  get refused(): Waiting[] {
    return outbox.refused.filter((one) => one.path.startsWith(`${this.#path}/`) && one.refused?.code !== 'answered_elsewhere');
  }

  get waiting(): number {
    return outbox.pending.filter((one) => one.kind === 'answer' && one.path.startsWith(`${this.#path}/`)).length;
  }

  saved(question: string): Saved {
    if (this.#lost.includes(question)) return 'lost';
    if (this.#changed.includes(question)) return 'saving';
    const mine = (one: Waiting) => one.replaces === this.#name(question);
    if (outbox.pending.some(mine)) return line.up && outbox.sending ? 'saving' : 'waits';
    if (outbox.refused.some(mine)) return 'refused';
    return this.answers[question] !== undefined && this.#saved[question] ? 'saved' : 'none';
  }

  /** Keep time, and hear what becomes of what was sent; gives the way to stop. */
  listen(): () => void {
    const beat = window.setInterval(() => this.#tick(), 500);
    const turned = () => void (document.visibilityState === 'hidden' ? this.flush() : this.#tick());
    const gone = () => void this.flush();
    document.addEventListener('visibilitychange', turned);
    window.addEventListener('pagehide', gone);
    const ends = outbox.heard((work, answer) => this.#hear(work, answer));
    return () => {
      void this.flush();
      window.clearInterval(beat);
      document.removeEventListener('visibilitychange', turned);
      window.removeEventListener('pagehide', gone);
      ends();
    };
  }

  give(question: Asked, answer: Answer): void {
    if (this.locked) return;
    const { id } = question;
    this.answers = { ...this.answers, [id]: answer };
    if (!this.#changed.includes(id)) this.#changed = [...this.#changed, id];
    window.clearTimeout(this.#timer);
    if (TYPED.includes(question.kind)) this.#timer = window.setTimeout(() => void this.flush(), TYPED_MS);
    else void this.flush();
  }

  /** Put down what was changed. It is safe once this returns, but for what `saved` calls lost. */
  flush(): Promise<void> {
    window.clearTimeout(this.#timer);
    this.#putting = this.#putting.then(() => this.#putAll());
    return this.#putting;
  }

  /** Another question is looked at. */
  turn(question: string): void {
    const now = performance.now();
    if (this.#current) this.#spent[this.#current.id] = this.#spentOn(this.#current.id);
    this.#current = { id: question, since: now };
    void this.flush();
  }

  mark(question: string): void {
    const without = this.marks.filter((one) => one !== question);
    this.marks = without.length < this.marks.length ? without : [...without, question];
    void remember(`${this.#kept}|marks`, this.marks);
  }

  async submit(): Promise<void> {
    if (this.submitting || this.queued) return;
    this.submitting = true;
    this.problem = null;
    try {
      await this.flush();
      if (this.#lost.length && !this.over) throw Problem.offline();
      this.#take(await this.#send());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!this.queued) this.problem = error;
    } finally {
      this.submitting = false;
    }
  }

  /** Ask the server how it stands. */
  read(): Promise<void> {
    this.#read = performance.now();
    this.#reading ??= this.#ask().finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** Addresses of pictures last a quarter of an hour. */
  look(): void {
    if (performance.now() - this.#read > LOOK_MS) void this.read();
  }

  /** Take up what waits, of an earlier visit or another tab, and act on what the server did not take: each refusal once. */
  settle(): void {
    this.#takeWaiting();
    const fresh = outbox.refused.filter((one) => one.path.startsWith(`${this.#path}/`) && !this.#seen.has(one.number));
    for (const one of fresh) {
      this.#seen.add(one.number);
      const code = one.refused?.code;
      if (code === 'answered_elsewhere') {
        this.elsewhere = true;
        void outbox.dismiss(one.number);
      }
      if (code === 'answered_elsewhere' || code === 'sitting_submitted' || code === 'time_over' || one.kind === 'submission') void this.read();
    }
  }

  get #path(): string {
    return `/v1/spaces/${here().space}/me/assessments/${this.assessment}/sittings/${this.number}`;
  }

  get #kept(): string {
    return `sitting|${this.assessment}|${this.number}`;
  }

  #name(question: string): string {
    return `answer:${this.assessment}:${this.number}:${question}`;
  }

  async #start(): Promise<void> {
    this.marks = (await recall<string[]>(`${this.#kept}|marks`))?.data ?? [];
    await this.read();
    this.loading = false;
  }

  async #ask(): Promise<void> {
    const params = { path: here({ assessment: this.assessment, number: this.number }) };
    try {
      const found = await ask(api.GET('/v1/spaces/{space}/me/assessments/{assessment}/sittings/{number}', { params }));
      this.clock.told(found.server_time);
      this.#take(found);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.sitting) return; // what is shown stays
      const kept = error.isOffline || error.isForNow ? (await recall<Sitting | null>(this.#kept))?.data : null;
      if (kept) this.#take(kept);
      else this.problem = error;
    }
  }

  /** The server's answers, and over them what it has not been told yet. */
  #take(sitting: Sitting): void {
    const answers: Record<string, Answer> = {};
    for (const { id } of sitting.questions) {
      const kept = sitting.answers[id];
      const newest = this.#newest(id, kept as NewAnswer | undefined);
      if (newest) answers[id] = newest.response;
      this.#sequences[id] = Math.max(newest?.sequence ?? 0, this.#sequences[id] ?? 0);
      this.#saved = { ...this.#saved, [id]: Math.max(kept?.sequence ?? 0, this.#saved[id] ?? 0) };
    }
    this.answers = answers;
    this.sitting = sitting;
    void remember(this.#kept, sitting.state === 'open' ? sitting : null);
    this.#tick();
  }

  /** What is found waiting after the sitting was shown. */
  #takeWaiting(): void {
    for (const { id } of this.sitting?.questions ?? []) {
      const newest = this.#newest(id, undefined);
      if (!newest || newest.sequence <= (this.#sequences[id] ?? 0)) continue;
      this.#sequences[id] = newest.sequence;
      this.answers = { ...this.answers, [id]: newest.response };
    }
  }

  #newest(id: string, kept: NewAnswer | undefined): NewAnswer | undefined {
    const mine = this.answers[id];
    if (mine !== undefined && this.#changed.includes(id)) return { response: mine, sequence: this.#sequences[id] ?? 0, spent_s: 0 };
    const waiting = outbox.pending.filter((one) => one.replaces === this.#name(id)).map((one) => one.body as NewAnswer);
    const shown = mine === undefined ? [] : [{ response: mine, sequence: this.#sequences[id] ?? 0, spent_s: 0 }];
    return [...waiting, ...shown].reduce((best, one) => (one.sequence > (best?.sequence ?? 0) ? one : best), kept);
  }

  async #putAll(): Promise<void> {
    this.#tried = performance.now();
    for (const id of this.#changed) {
      const response = this.answers[id];
      if (response === undefined) continue;
      const sequence = (this.#sequences[id] ?? 0) + 1;
      this.#sequences[id] = sequence;
      const isKept = await this.#put(id, { response, sequence, spent_s: Math.min(86_400, Math.round(this.#spentOn(id) / 1000)) });
      this.#lost = this.#lost.filter((one) => one !== id);
      if (!isKept) this.#lost = [...this.#lost, id];
      else if (this.answers[id] === response) this.#changed = this.#changed.filter((one) => one !== id);
    }
  }

  /** Whether it is kept: on this device, or, where that keeps nothing (a private window), by the server. */
  async #put(id: string, body: NewAnswer): Promise<boolean> {
    for (const one of outbox.refused.filter((each) => each.replaces === this.#name(id))) await outbox.dismiss(one.number);
    const work = { kind: 'answer' as const, method: 'PUT' as const, path: `${this.#path}/answers/${id}`, body };
    try {
      await outbox.put({ ...work, replaces: this.#name(id), title: this.sitting?.title ?? '' });
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'device_full') return false;
    }
    const params = { path: here({ assessment: this.assessment, number: this.number, question: Number(id) }) };
    const path = '/v1/spaces/{space}/me/assessments/{assessment}/sittings/{number}/answers/{question}';
    try {
      this.#hearSaved(await ask(api.PUT(path, { params, body })), body.sequence);
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.isOffline || error.isForNow || error.status === 401) return false;
      toasts.say(error.message, 'bad');
      this.answers = Object.fromEntries(Object.entries(this.answers).filter(([one]) => one !== id)); // the server's is shown
      this.#changed = this.#changed.filter((one) => one !== id);
      void this.read();
      return true;
    }
  }

  async #send(): Promise<Sitting> {
    const replaces = `submission:${this.assessment}:${this.number}`;
    const work = { kind: 'submission' as const, method: 'POST' as const, path: `${this.#path}/submission`, body: null };
    try {
      return await outbox.ask<Sitting>({ ...work, replaces, title: this.sitting?.title ?? '' });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'device_full') throw error;
      const params = { path: here({ assessment: this.assessment, number: this.number }) };
      return ask(api.POST('/v1/spaces/{space}/me/assessments/{assessment}/sittings/{number}/submission', { params }));
    }
  }

  #hear(work: Waiting, answer: unknown): void {
    if (!work.path.startsWith(`${this.#path}/`)) return;
    if (work.kind === 'submission') this.#take(answer as Sitting);
    else this.#hearSaved(answer as Schema<'AnswerSaved'>, (work.body as NewAnswer).sequence);
  }

  /** A higher number than was sent, and than was ever given here, is of another device. */
  #hearSaved({ question, sequence, server_time: time }: Schema<'AnswerSaved'>, sent: number): void {
    const id = String(question);
    this.clock.told(time);
    this.#saved = { ...this.#saved, [id]: Math.max(sequence, this.#saved[id] ?? 0) };
    if (sequence <= Math.max(sent, this.#sequences[id] ?? 0)) return;
    this.elsewhere = true;
    void this.read();
  }

  #spentOn(id: string): number {
    return (this.#spent[id] ?? 0) + (this.#current?.id === id ? performance.now() - this.#current.since : 0);
  }

  #tick(): void {
    const due = this.sitting?.due_at;
    if (!this.isOpen) return;
    if (this.#lost.length && line.up && performance.now() - this.#tried > TIME_MS) void this.flush();
    if (!due) return;
    const { now } = this.clock;
    this.left = now === null ? null : Math.max(0, Math.ceil((Date.parse(due) - now) / 1000));
    if (now === null && line.up && performance.now() - this.#read > TIME_MS) void this.read();
    if (this.left === 0 && !this.over) void this.#end();
  }

  /** Time is over here: everything is put down, the server asked, and what it still calls open submitted. */
  async #end(): Promise<void> {
    this.over = true;
    await this.flush();
    await this.read();
    this.over = this.left === 0;
    if (this.over && this.isOpen) await this.submit();
  }
}
