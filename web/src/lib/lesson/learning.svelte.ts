/** A course as one person learns it: what is open, what comes next, what is done. Kept for the visit, so that the next
 * lesson stands there at once; what is to be told goes through the outbox, so that none of it is lost. */

import { api, ask, here, Problem, type Schema } from '../api/client';
import { line } from '../online.svelte';
import { outbox } from '../offline/outbox.svelte';
import { session } from '../session.svelte';
import { noteSaved, savedLesson } from './saved';
import { place, type Outline, type Place } from './way';

export type Content = Schema<'ShownText'> | Schema<'ShownVideo'> | Schema<'ShownDocument'> | Schema<'ShownQuiz'>;
export type Enrolment = Schema<'MyEnrolment'>;

export interface Opened {
  /** null: not signed in, or not enrolled. */
  enrolment: Enrolment | null;
  outline: Outline;
  place: Place;
  content: Content;
}

const FRESH_MS = 60_000; // after this another device may have gone on
const PATIENCE_MS = 4_000; // so long a line may take to answer before what is here is shown

class Learning {
  /** Done in this visit, by course: the server may not know yet. */
  #finished = $state.raw<Record<string, string[]>>({});
  /** Positions that were told in this visit. */
  #positions = new Map<string, { s: number; at: number }>();
  #person: string | null = null;
  #enrolments = new Map<string, { at: number; is: Enrolment | null }>();
  #outlines = new Map<string, Outline>();
  #contents = new Map<string, Promise<Content>>();

  /** A lesson with all that its page shows: told by the server, and without a line, or on one that does not answer, from
   * what was saved here. Throws: Problem; `unknown_lesson` where this version has none such. */
  async open(course: string, lesson: string): Promise<Opened> {
    this.#turnTo(session.person?.id ?? null);
    const here = session.isIn ? savedLesson(course, lesson) : Promise.resolve(null);
    const told = this.#ask(course, lesson, here);
    told.catch(() => undefined);
    const saved = await here;
    if (!saved) return told;
    try {
      return await (line.up ? Promise.race([told, patience(saved)]) : saved);
    } catch (error) {
      if (error instanceof Problem && (error.isOffline || error.status >= 500)) return saved;
      throw error;
    }
  }

  async #ask(course: string, lesson: string, here: Promise<Opened | null>): Promise<Opened> {
    const newest = this.#outline(course, null);
    newest.catch(() => undefined); // who is enrolled needs their own version, and perhaps not this
    const enrolment = session.isIn ? await this.#enrolment(course) : null;
    const outline = enrolment ? await this.#pinned(course, enrolment.version, newest) : await newest;
    const saved = await here;
    if (saved) void noteSaved(course, enrolment);
    const isSame = saved?.outline.version === outline.version;
    const content = isSame ? saved.content : await this.#content(course, outline.version, lesson);
    const where = place(outline, lesson);
    if (!where) throw new Problem('unknown_lesson', 404, '');
    return { enrolment, outline, place: where, content };
  }

  /** What is known of a lesson's place before anything is asked. */
  known(course: string, lesson: string): { outline: Outline; place: Place } | null {
    const outline = this.#outlines.get(course);
    const where = outline && place(outline, lesson);
    return where ? { outline, place: where } : null;
  }

  /** The enrolment as it was told last. */
  enrolmentIn(course: string): Enrolment | null {
    return this.#enrolments.get(course)?.is ?? null;
  }

  /** Have a lesson's words here before it is opened; its films and pictures are not fetched. */
  expect(course: string, version: number, lesson: string): void {
    this.#content(course, version, lesson).catch(() => undefined);
  }

  async enrolIn(course: string): Promise<void> {
    await ask(api.PUT('/v1/spaces/{space}/me/enrolments/{course}', { params: { path: here({ course }) } }));
    this.forget(course);
  }

  /** Go on in the newest version; what was done in lessons that it still has stays done. */
  async takeNewest(course: string): Promise<void> {
    const path = here({ course });
    await ask(api.POST('/v1/spaces/{space}/me/enrolments/{course}/version', { params: { path } }));
    this.forget(course);
  }

  /** Ask for the enrolment anew next time: only the server knows what became of it. */
  changed(course: string): void {
    this.#enrolments.delete(course);
  }

  /** Ask for all of the course anew next time: it may be another version. */
  forget(course: string): void {
    this.#enrolments.delete(course);
    this.#outlines.delete(course);
  }

  isDone(course: string, lesson: string, enrolment: Enrolment | null): boolean {
    return (
      (enrolment?.done.includes(lesson) ?? false) ||
      (this.#finished[course]?.includes(lesson) ?? false) ||
      outbox.pending.some((work) => work.replaces === doneName(course, lesson))
    );
  }

  /** Seconds into a lesson where it was left, and when: as the server told, or as this device did since. */
  position(course: string, lesson: string, enrolment: Enrolment | null): { s: number | undefined; at: number } {
    const told = { s: enrolment?.positions[lesson], at: Date.parse(enrolment?.last_activity_at ?? '') || 0 };
    const work = outbox.pending.find((one) => one.replaces === atName(course, lesson));
    const s = (work?.body as Schema<'ProgressReport'> | undefined)?.position_s;
    if (work && typeof s === 'number') return { s, at: work.at };
    const here = this.#positions.get(atName(course, lesson));
    return here && here.at > told.at ? here : told;
  }

  /** A lesson was opened, or a film in it has come to `seconds`. */
  async begun(course: string, lesson: { id: string; title: string }, seconds: number | null, at = new Date()): Promise<void> {
    const body = { status: 'started' as const, position_s: seconds, at: at.toISOString() };
    if (seconds !== null) this.#positions.set(atName(course, lesson.id), { s: seconds, at: at.getTime() });
    await this.#report(course, lesson, body, atName(course, lesson.id));
  }

  /** A lesson is done. It counts here at once, and with the server as soon as there is a line. */
  async finish(course: string, lesson: { id: string; title: string }): Promise<void> {
    this.finished(course, lesson.id);
    const body = { status: 'done' as const, at: new Date().toISOString() };
    await this.#report(course, lesson, body, doneName(course, lesson.id));
  }

  /** The server said so: a quiz was passed. */
  finished(course: string, lesson: string): void {
    this.#positions.delete(atName(course, lesson));
    this.#finished = { ...this.#finished, [course]: [...(this.#finished[course] ?? []), lesson] };
  }

  /** Another name than a position's: of the two that wait neither takes the other's place. */
  async #report(course: string, lesson: { id: string; title: string }, body: Schema<'ProgressReport'>, replaces: string): Promise<void> {
    const { space } = here();
    const path = `/v1/spaces/${space}/me/enrolments/${course}/progress/${lesson.id}`;
    try {
      await outbox.put({ kind: 'progress', method: 'PUT', path, body, title: lesson.title, replaces });
    } catch {
      // A browser that keeps nothing (a private window): straight to the server, or not at all.
      const params = { path: here({ course, lesson: lesson.id }) };
      await ask(api.PUT('/v1/spaces/{space}/me/enrolments/{course}/progress/{lesson}', { params, body }));
    }
  }

  async #enrolment(course: string): Promise<Enrolment | null> {
    const kept = this.#enrolments.get(course);
    if (kept && Date.now() - kept.at < FRESH_MS) return kept.is;
    const is = await ask(
      api.GET('/v1/spaces/{space}/me/enrolments/{course}', { params: { path: here({ course }) } }),
    ).catch((problem: Problem) => {
      if (problem.status === 404) return null;
      throw problem;
    });
    this.#enrolments.set(course, { at: Date.now(), is });
    return is;
  }

  async #pinned(course: string, version: number, newest: Promise<Outline>): Promise<Outline> {
    const found = await newest.catch(() => null);
    return found?.version === version ? found : this.#outline(course, version);
  }

  async #outline(course: string, version: number | null): Promise<Outline> {
    const kept = this.#outlines.get(course);
    if (kept && (version === null || kept.version === version)) return kept;
    const params = { path: here({ course }), query: version === null ? {} : { version } };
    const outline = await ask(api.GET('/v1/spaces/{space}/courses/{course}/outline', { params }));
    this.#outlines.set(course, outline);
    return outline;
  }

  #content(course: string, version: number, lesson: string): Promise<Content> {
    const name = `${course}/${version}/${lesson}`;
    const kept = this.#contents.get(name);
    if (kept) return kept;
    const params = { path: here({ course, version, lesson }) };
    const asked = ask(api.GET('/v1/spaces/{space}/courses/{course}/versions/{version}/lessons/{lesson}', { params }));
    this.#contents.set(name, asked);
    asked.catch(() => this.#contents.delete(name));
    return asked;
  }

  #turnTo(person: string | null): void {
    if (this.#person === person) return;
    this.#person = person;
    this.#finished = {};
    this.#positions.clear();
    this.#enrolments.clear();
    this.#outlines.clear();
    this.#contents.clear();
  }
}

function patience<T>(then: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(then), PATIENCE_MS));
}

function atName(course: string, lesson: string): string {
  return `progress:${course}:${lesson}`;
}

function doneName(course: string, lesson: string): string {
  return `done:${course}:${lesson}`;
}

export const learning = new Learning();
