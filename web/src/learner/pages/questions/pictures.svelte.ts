/** Pictures of a question or a reply: made small enough for a poor line, uploaded, and then named by whoever writes. */

import { api, ask, here, onceKey, Problem } from '$lib/api/client';

export const MOST = 4;
export const MOST_BYTES = 5 * 1024 * 1024;
const KINDS = ['image/png', 'image/jpeg', 'image/webp'] as const;
type Kind = (typeof KINDS)[number];
export const ACCEPTED = KINDS.join(',');

const SMALL_BYTES = 700 * 1024; // below it a picture goes as it is
const LONGEST = 1600; // px: enough to read a screen by

export interface Picture {
  key: string;
  name: string;
  size: number;
  /** What is shown meanwhile; of this page alone. */
  preview: string;
  /** Of the uploaded file; null while it is on its way, or where it failed. */
  id: string | null;
  failed: string | null;
}

export type Refused = 'kind' | 'size' | 'many';

export class Pictures {
  items = $state.raw<Picture[]>([]);
  refused = $state.raw<Refused | null>(null);

  get ids(): string[] {
    return this.items.flatMap((one) => one.id ?? []);
  }

  get busy(): boolean {
    return this.items.some((one) => !one.id && !one.failed);
  }

  /** Take pictures that were chosen, and upload each. */
  async add(files: readonly File[]): Promise<void> {
    this.refused = files.length + this.items.length > MOST ? 'many' : null;
    await Promise.all(files.slice(0, MOST - this.items.length).map((file) => this.#take(file)));
  }

  remove(key: string): void {
    const gone = this.items.find((one) => one.key === key);
    if (gone) URL.revokeObjectURL(gone.preview);
    this.items = this.items.filter((one) => one.key !== key);
    this.refused = null;
  }

  clear(): void {
    for (const one of this.items) this.remove(one.key);
  }

  async #take(file: File): Promise<void> {
    if (!isKind(file.type)) {
      this.refused = 'kind';
      return;
    }
    const key = onceKey();
    const preview = URL.createObjectURL(file);
    this.items = [...this.items, { key, name: file.name, size: file.size, preview, id: null, failed: null }];
    const small = await shrunk(file);
    if (small.size > MOST_BYTES) {
      this.remove(key);
      this.refused = 'size';
      return;
    }
    this.#change(key, { size: small.size });
    try {
      this.#change(key, { id: await upload(small, key) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#change(key, { failed: error.message });
    }
  }

  #change(key: string, change: Partial<Picture>): void {
    this.items = this.items.map((one) => (one.key === key ? { ...one, ...change } : one));
  }
}

function isKind(type: string): type is Kind {
  return (KINDS as readonly string[]).includes(type);
}

/** A photo of a telephone is several megabytes: a smaller one says as much. As it was where the browser cannot. */
async function shrunk(file: File): Promise<Blob> {
  if (file.size <= SMALL_BYTES || !('createImageBitmap' in window)) return file;
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(whole.width, whole.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(whole.width * scale);
    canvas.height = Math.round(whole.height * scale);
    canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
    return small && small.size < file.size ? small : file;
  } catch {
    return file;
  }
}

/** Announce, send to the bucket, have it looked at: the file's id. Throws: Problem. */
async function upload(picture: Blob, key: string): Promise<string> {
  const announced = await ask(
    api.POST('/v1/spaces/{space}/thread-files', {
      params: { path: here(), header: { 'Idempotency-Key': key } },
      body: { content_type: picture.type as Kind, size: picture.size },
    }),
  );
  const form = new FormData();
  for (const [name, value] of Object.entries(announced.upload.fields)) form.append(name, value);
  form.append('file', picture);
  const sent = await fetch(announced.upload.url, { method: 'POST', body: form }).catch(() => {
    throw Problem.offline();
  });
  if (!sent.ok) throw Problem.of(sent, null);
  await ask(
    api.POST('/v1/spaces/{space}/thread-files/{file}/completion', { params: { path: here({ file: announced.id }) } }),
  );
  return announced.id;
}
