/** Addresses of a lesson's files. They last a quarter of an hour: they are asked for again before that, and whenever one
 * of them fails. */

import { api, ask, here, Problem, type Schema } from '../api/client';
import { session } from '../session.svelte';
import { savedFiles } from './saved';

export type LessonFile = Schema<'LessonFile'>;

const EARLY_MS = 60_000;
const AGAIN_MS = 5_000; // a file that is broken is not asked for in a circle

export class LessonFiles {
  items = $state.raw<LessonFile[]>([]);
  problem = $state.raw<Problem | null>(null);
  loading = $state(true);
  #load: () => Promise<LessonFile[]>;
  /** Gives back what the addresses hold. */
  #end: () => void;
  #asking: Promise<void> | null = null;
  #askedAt = 0;

  constructor(load: () => Promise<LessonFile[]>, end: () => void = () => undefined) {
    this.#load = load;
    this.#end = end;
    void this.renew();
  }

  of(id: string | null | undefined): LessonFile | undefined {
    return id ? this.items.find((file) => file.id === id) : undefined;
  }

  /** Ask for addresses that are good now; what is shown stays until they have come. */
  renew(): Promise<void> {
    this.#asking ??= this.#renew().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** One of them failed. */
  async failed(): Promise<void> {
    if (Date.now() - this.#askedAt > AGAIN_MS) await this.renew();
  }

  /** Keep them good while the page is looked at; gives the way to stop, after which none is good. */
  keepFresh(): () => void {
    const look = () => {
      const first = Math.min(...this.items.map((file) => Date.parse(file.expires_at)));
      if (document.visibilityState === 'visible' && Date.now() > first - EARLY_MS) void this.renew();
    };
    const timer = window.setInterval(look, EARLY_MS / 2);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
      this.#end();
    };
  }

  async #renew(): Promise<void> {
    this.loading = true;
    this.#askedAt = Date.now();
    try {
      this.items = await this.#load();
      this.problem = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      this.loading = false;
    }
  }
}

/** The files of a lesson of a published version: those that were saved on this device, the others from the server. */
export function filesOf(course: string, version: number, lesson: string): LessonFiles {
  let release: () => void = () => undefined;
  const load = async () => {
    const saved = session.isIn ? await savedFiles(course, lesson) : null;
    const served = await listed(course, version, lesson).catch((problem: Problem) => {
      if (!saved?.files.length) throw problem;
      return [];
    });
    release();
    release = saved?.release ?? release;
    const isHere = (id: string) => saved?.files.some((file) => file.id === id) ?? false;
    return [...(saved?.files ?? []), ...served.filter((file) => !isHere(file.id))];
  };
  return new LessonFiles(load, () => release());
}

async function listed(course: string, version: number, lesson: string): Promise<LessonFile[]> {
  const params = { path: here({ course, version, lesson }) };
  const path = '/v1/spaces/{space}/courses/{course}/versions/{version}/lessons/{lesson}/files';
  return (await ask(api.GET(path, { params }))).items;
}
