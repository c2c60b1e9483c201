/** A quiz as one person makes it: what is answered stays on the device until the server has it, a line or not. */

import { api, ask, here, onceKey, Problem } from '../api/client';
import { recall, remember } from '../data/resource.svelte';
import { outbox, type Waiting } from '../offline/outbox.svelte';
import type { Answer } from '../questions/kinds';
import { again, fresh, type Draft, type Result } from './attempt';
import { learning } from './learning.svelte';

export class QuizUnderway {
  draft = $state.raw<Draft>(fresh(new Date()));
  result = $state.raw<Result | null>(null);
  /** Why the server did not take the attempt. */
  problem = $state.raw<Problem | null>(null);
  sending = $state(false);
  loading = $state(true);
  /** Answers of an earlier visit were found. */
  resumed = $state(false);
  #kept: string;
  #outboxName: string;

  constructor(
    readonly course: string,
    readonly lesson: { id: string; title: string },
    readonly version: number,
    attempts: number,
    /** Has what its questions need to be shown. */
    private readonly bring: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#kept = `quiz|${course}|${version}|${lesson.id}`;
    this.#outboxName = `attempt:${course}:${lesson.id}`;
    void this.#start(attempts);
  }

  /** Sent as soon as there is a line. */
  get waits(): boolean {
    return !this.sending && outbox.pending.some((work) => work.replaces === this.#outboxName);
  }

  answer(question: string, answer: Answer): void {
    this.draft = { ...this.draft, answers: { ...this.draft.answers, [question]: answer }, key: undefined };
    void remember(this.#kept, this.draft);
  }

  /** Begin anew: with all of it, or with what was missed. */
  retry(all: boolean): void {
    const now = new Date();
    this.draft = all || !this.result ? fresh(now) : again(this.result, now);
    this.result = null;
    this.problem = null;
    this.resumed = false;
    void remember(this.#kept, this.draft);
  }

  async submit(): Promise<void> {
    if (this.sending || this.waits) return;
    this.sending = true;
    this.problem = null;
    try {
      this.#taken(await this.#send());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!this.#isUnderway()) this.problem = error;
      if (!error.isOffline && !error.isForNow) this.draft = { ...this.draft, key: undefined };
      await this.#readRefusal();
    } finally {
      this.sending = false;
    }
  }

  /** Be told what becomes of an attempt that waited; gives the way to stop. */
  listen(): () => void {
    return outbox.heard((work: Waiting, answer: unknown) => {
      if (work.replaces === this.#outboxName) this.#taken(answer as Result);
    });
  }

  async #send(): Promise<Result> {
    const { space } = here();
    const path = `/v1/spaces/${space}/me/enrolments/${this.course}/attempts`;
    const { answers, startedAt } = this.draft;
    const body = { lesson: this.lesson.id, version: this.version, answers, started_at: startedAt };
    const key = this.#keyOfDraft();
    const work = { kind: 'attempt' as const, method: 'POST' as const, path, body, key };
    try {
      return await outbox.ask<Result>({ ...work, title: this.lesson.title, replaces: this.#outboxName });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'device_full') throw error;
      // A browser that keeps nothing (a private window): straight to the server. The same key sends it once.
      const params = { path: here({ course: this.course }) };
      const headers = { 'idempotency-key': key };
      return ask(api.POST('/v1/spaces/{space}/me/enrolments/{course}/attempts', { params, body, headers }));
    }
  }

  /** The same answers that are pressed twice, since the first one's answer was lost on the way, are one attempt. Other
   * answers are another: the server takes a key for one request alone. */
  #keyOfDraft(): string {
    const key = this.draft.key ?? onceKey();
    this.draft = { ...this.draft, key };
    return key;
  }

  #taken(result: Result): void {
    this.result = result;
    this.problem = null;
    this.resumed = false;
    void remember(this.#kept, null);
    if (result.passed) learning.finished(this.course, this.lesson.id);
    learning.changed(this.course);
  }

  #isUnderway(): boolean {
    return outbox.pending.some((work) => work.replaces === this.#outboxName);
  }

  /** What an earlier visit's attempt was refused for is told here, and then done with. */
  async #readRefusal(): Promise<void> {
    const refused = outbox.refused.find((work) => work.replaces === this.#outboxName);
    if (!refused) return;
    this.problem ??= new Problem(refused.refused?.code ?? '', 409, refused.refused?.detail ?? '');
    await outbox.dismiss(refused.number);
  }

  async #start(attempts: number): Promise<void> {
    const kept = (await recall<Draft | null>(this.#kept))?.data;
    if (kept) {
      this.draft = kept;
      this.resumed = Object.keys(kept.answers).length > 0;
    }
    await Promise.all([this.#readRefusal(), this.bring().catch(() => undefined)]); // each question says what did not come
    if (!kept && attempts && !this.#isUnderway()) await this.#lastResult(attempts);
    this.loading = false;
  }

  /** How it went last time; without a line one simply begins anew. */
  async #lastResult(number: number): Promise<void> {
    const params = { path: here({ course: this.course, lesson: this.lesson.id, number }) };
    const path = '/v1/spaces/{space}/me/enrolments/{course}/attempts/{lesson}/{number}';
    const found = await ask(api.GET(path, { params })).catch(() => null);
    if (found?.version === this.version) this.result = found;
  }
}
