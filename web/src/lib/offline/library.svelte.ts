/** Courses that a person saved on this device: every lesson's words, and its files as they are, under the person's name.
 *
 * What was saved is read without asking anybody. A save that was cut short goes on where it stopped. */

import { api, ask, here, Problem, type Schema } from '../api/client';
import { all, keep, read, under, within } from '../data/db';
import { session } from '../session.svelte';
import { space } from '../space.svelte';
import { words } from '../words.svelte';
import { keepProgram } from './program';

export type Outline = Schema<'ShownOutline'>;
export type Enrolment = Schema<'MyEnrolment'>;
export type Content = Schema<'ShownText'> | Schema<'ShownVideo'> | Schema<'ShownDocument'> | Schema<'ShownQuiz'>;
export type LessonFile = Schema<'LessonFile'>;

/** How films are saved: as they are, in fewer bytes, the sound alone, or not at all. */
export type Films = 'full' | 'light' | 'sound' | 'none';

export interface SavedCourse {
  course: string;
  version: number;
  title: string;
  outline: Outline;
  /** As it was told last; what was done since waits in the outbox. */
  enrolment: Enrolment | null;
  films: Films;
  at: number;
  bytes: number;
  /** Lessons that are here whole. */
  lessons: string[];
}

interface SavedLesson {
  content: Content;
  files: { id: string; name: string; content_type: string; size: number; blob: Blob }[];
}

export interface Saving {
  done: number;
  total: number;
  bytes: number;
}

const t = words(
  {
    full: 'Máy không còn đủ chỗ. Hãy xoá bớt khoá học đã tải về, hoặc tải không kèm video.',
    program: 'Bài học đã ở trên máy, nhưng trình duyệt chưa lưu được trang để mở khi không có mạng. Hãy thử lại.',
  },
  {
    full: 'This device has no room left. Remove saved courses, or save without films.',
    program: 'The lessons are here, but the browser could not keep the pages that open them without a line. Try again.',
  },
);

class Library {
  courses = $state.raw<SavedCourse[]>([]);
  /** What is being saved now, by course. */
  saving = $state<Record<string, Saving>>({});
  #stops = new Map<string, AbortController>();
  #watching = false;

  /** Read what this device has of whoever is signed in, and again when that is somebody else. */
  async start(): Promise<void> {
    if (!this.#watching) {
      this.#watching = true;
      $effect.root(() => {
        $effect(() => {
          void session.person?.id;
          this.#stops.forEach((stop) => stop.abort()); // a save that is under way is of the person before
          void this.#read();
        });
      });
    }
    await this.#read();
  }

  async #read(): Promise<void> {
    const owner = this.#owner;
    const found = owner ? await all<SavedCourse>('courses', under(`${owner}|`)).catch(() => []) : [];
    if (owner === this.#owner) this.courses = found.sort((one, other) => other.at - one.at);
  }

  of(course: string): SavedCourse | undefined {
    return this.courses.find((one) => one.course === course);
  }

  isWhole(saved: SavedCourse): boolean {
    return saved.outline.sections.every((section) => section.lessons.every((one) => saved.lessons.includes(one.id)));
  }

  /** Save a course, or go on saving it. Ends when all of it is here, or was stopped. Throws: Problem. */
  async save(course: string, films: Films): Promise<void> {
    if (this.#stops.has(course)) return;
    const stop = new AbortController();
    this.#stops.set(course, stop);
    try {
      void navigator.storage?.persist?.();
      const program = keepProgram();
      await this.#saveAll(await this.#begin(course, films), stop.signal);
      if (!(await program) && !stop.signal.aborted) throw new Problem('program_missing', 0, t.program);
    } finally {
      this.#stops.delete(course);
      delete this.saving[course];
    }
  }

  stop(course: string): void {
    this.#stops.get(course)?.abort();
  }

  /** Take a course off this device. What was learned stays with the server. */
  async remove(course: string): Promise<void> {
    this.stop(course);
    await within(['courses', 'files'], 'readwrite', (at) => {
      at('courses').delete(this.#name(course));
      at('files').delete(under(`${this.#name(course)}|`));
    });
    this.courses = this.courses.filter((one) => one.course !== course);
  }

  /** A lesson that is here: its words, and addresses of its files on this device. Release them when the page goes. */
  async lesson(
    course: string,
    lesson: string,
  ): Promise<{ content: Content; files: LessonFile[]; release: () => void } | undefined> {
    const kept = await read<SavedLesson>('files', `${this.#name(course)}|${lesson}`).catch(() => undefined);
    if (!kept) return undefined;
    const files = kept.files.map(({ blob, ...file }) => ({
      ...file,
      url: URL.createObjectURL(blob),
      expires_at: '9999-12-31T00:00:00Z',
    }));
    return { content: kept.content, files, release: () => files.forEach((file) => URL.revokeObjectURL(file.url)) };
  }

  /** The server told where the learner stands: what is read without a line tells the same. */
  async note(course: string, enrolment: Enrolment | null): Promise<void> {
    const saved = this.of(course);
    if (saved) await this.#put({ ...saved, enrolment }).catch(() => undefined);
  }

  async #begin(course: string, films: Films): Promise<SavedCourse> {
    const path = here({ course });
    const enrolment = await ask(api.GET('/v1/spaces/{space}/me/enrolments/{course}', { params: { path } })).catch(
      (problem: Problem) => {
        if (problem.status === 404) return null;
        throw problem;
      },
    );
    const query = enrolment ? { version: enrolment.version } : {};
    const outline = await ask(api.GET('/v1/spaces/{space}/courses/{course}/outline', { params: { path, query } }));
    const before = this.of(course);
    const goesOn = before?.version === outline.version && before.films === films;
    const saved: SavedCourse = {
      course,
      version: outline.version,
      title: outline.title,
      outline,
      enrolment,
      films,
      at: Date.now(),
      bytes: goesOn ? before.bytes : 0,
      lessons: goesOn ? before.lessons : [],
    };
    await this.#room(() =>
      within(['courses', 'files'], 'readwrite', (at) => {
        at('courses').put(plain(saved), this.#name(course));
        if (!goesOn) at('files').delete(under(`${this.#name(course)}|`)); // with its record, or not at all
      }),
    );
    this.#show(saved);
    return saved;
  }

  async #saveAll(saved: SavedCourse, signal: AbortSignal): Promise<void> {
    const lessons = saved.outline.sections.flatMap((section) => section.lessons);
    this.saving[saved.course] = { done: saved.lessons.length, total: lessons.length, bytes: saved.bytes };
    let now = saved;
    for (const { id } of lessons) {
      if (signal.aborted) return;
      if (now.lessons.includes(id)) continue;
      const kept = await this.#fetch(now, id, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error instanceof Problem ? error : Problem.offline();
      });
      if (!kept || signal.aborted) return;
      const bytes = kept.files.reduce((sum, file) => sum + file.blob.size, 0);
      await this.#room(() => keep('files', `${this.#name(now.course)}|${id}`, kept));
      now = { ...now, lessons: [...now.lessons, id], bytes: now.bytes + bytes };
      await this.#put(now);
      this.saving[now.course] = { done: now.lessons.length, total: lessons.length, bytes: now.bytes };
    }
  }

  async #fetch(saved: SavedCourse, lesson: string, signal: AbortSignal): Promise<SavedLesson> {
    const params = { path: here({ course: saved.course, version: saved.version, lesson }) };
    const at = '/v1/spaces/{space}/courses/{course}/versions/{version}/lessons/{lesson}';
    const content = plain((await ask(api.GET(at, { params, signal }))) as Content);
    const wanted = left(content, saved.films);
    const listed = (await ask(api.GET(`${at}/files`, { params, signal }))).items;
    const files: SavedLesson['files'] = [];
    for (const { id, name, content_type, size, url } of listed) {
      if (wanted.has(id)) continue;
      const answer = await fetch(url, { signal });
      if (!answer.ok) throw new Problem('file_unreadable', answer.status, name);
      files.push({ id, name, content_type, size, blob: await answer.blob() });
    }
    return { content, files };
  }

  async #put(saved: SavedCourse): Promise<void> {
    await this.#room(() => keep('courses', this.#name(saved.course), plain(saved)));
    this.#show(saved);
  }

  #show(saved: SavedCourse): void {
    this.courses = [saved, ...this.courses.filter((one) => one.course !== saved.course)];
  }

  async #room<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch {
      throw new Problem('device_full', 0, t.full);
    }
  }

  /** Whose courses they are: of whoever is signed in at this moment; '' where nobody is. */
  get #owner(): string {
    return session.person ? `${session.person.id}|${space.slug}` : '';
  }

  #name(course: string): string {
    return `${this.#owner}|${course}`;
  }
}

/** Files of a film that are left out, by what was chosen. Where the chosen form is not there, the next smaller is. */
export function left(content: Content, films: Films): Set<string> {
  if (content.kind !== 'video') return new Set();
  const { file, light, sound } = content.video;
  const order = { full: [file, light], light: [light, file], sound: [sound, light, file], none: [] }[films];
  const chosen = order.find(Boolean);
  return new Set([file, light, sound].filter((one): one is string => Boolean(one) && one !== chosen));
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export const library = new Library();
