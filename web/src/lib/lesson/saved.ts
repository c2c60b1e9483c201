/** Lessons of courses that were saved on this device. What keeps them is fetched only by who is signed in. */

import type { LessonFile } from './files.svelte';
import type { Enrolment, Opened } from './learning.svelte';
import { place } from './way';

const keeper = async () => (await import('../offline/library.svelte')).library;

/** A saved lesson as its page shows it; null where it is not here. */
export async function savedLesson(course: string, lesson: string): Promise<Opened | null> {
  try {
    const library = await keeper();
    if (!library.of(course)) await library.start();
    const saved = library.of(course);
    const where = saved && place(saved.outline, lesson);
    if (!where) return null;
    const found = await library.lesson(course, lesson);
    found?.release(); // its files are asked for by what shows them
    return found ? { enrolment: saved.enrolment, outline: saved.outline, place: where, content: found.content } : null;
  } catch {
    return null; // a browser that keeps nothing, or the part that knows did not come
  }
}

/** Files of a lesson that are on this device, and the way to give their addresses back. */
export async function savedFiles(course: string, lesson: string): Promise<{ files: LessonFile[]; release: () => void }> {
  try {
    return (await (await keeper()).lesson(course, lesson)) ?? none;
  } catch {
    return none;
  }
}

/** The server told where the learner stands in a course that is saved here. */
export async function noteSaved(course: string, enrolment: Enrolment | null): Promise<void> {
  await keeper().then((library) => library.note(course, enrolment), () => undefined);
}

const none = { files: [], release: () => undefined };
