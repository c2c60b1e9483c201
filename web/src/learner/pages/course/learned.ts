/** A course's page as one request after another tells it: the course, the person's enrolment, and the version's outline. */

import { api, ask, here, type Problem, type Schema } from '$lib/api/client';
import type { Outline } from '$lib/lesson/way';
import { session } from '$lib/session.svelte';

export interface Learned {
  /** null: no longer in the catalogue, which does not keep those out who learn it. */
  head: Schema<'Course'> | null;
  enrolment: Schema<'MyEnrolment'> | null;
  outline: Outline;
}

/** Throws: Problem. */
export async function learned(course: string): Promise<Learned> {
  const path = here({ course });
  const newest = ask(api.GET('/v1/spaces/{space}/courses/{course}/outline', { params: { path } }));
  newest.catch(() => undefined); // of an archived course there is none
  const [head, enrolment] = await Promise.all([
    ask(api.GET('/v1/spaces/{space}/courses/{course}', { params: { path } })).catch(orNone),
    session.isIn ? enrolmentIn(course) : null,
  ]);
  if (!enrolment) return { head, enrolment, outline: await newest };
  const found = await newest.catch(orNone);
  if (found?.version === enrolment.version) return { head, enrolment, outline: found };
  const params = { path, query: { version: enrolment.version } };
  return { head, enrolment, outline: await ask(api.GET('/v1/spaces/{space}/courses/{course}/outline', { params })) };
}

/** null: never enrolled. Throws: Problem. */
export function enrolmentIn(course: string): Promise<Schema<'MyEnrolment'> | null> {
  return ask(api.GET('/v1/spaces/{space}/me/enrolments/{course}', { params: { path: here({ course }) } })).catch(orNone);
}

function orNone(problem: Problem): null {
  if (problem.status === 404) return null;
  throw problem;
}
