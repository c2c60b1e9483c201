/** What went wrong, as the API says it (RFC 9457), or as the line does. */

import type { components } from './schema';
import { words } from '../words.svelte';

type Document = components['schemas']['Problem'];

const t = words(
  {
    offline: 'Không có kết nối mạng. Hãy thử lại khi có mạng.',
    unreadable: 'Máy chủ trả lời không như mong đợi. Hãy thử lại sau ít phút.',
  },
  {
    offline: 'There is no connection. Try again when you are online.',
    unreadable: 'The server answered in an unexpected way. Try again in a few minutes.',
  },
);

export class Problem extends Error {
  constructor(
    /** Stable, for programs; `offline` where no answer came at all. */
    readonly code: string,
    readonly status: number,
    detail: string,
    readonly document: Partial<Document> & Record<string, unknown> = {},
    /** Seconds after which to try again, where the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** What is wrong with one field of a form (`login`, `brand.short_name`); undefined where nothing is. */
  at(field: string): string | undefined {
    return this.document.errors?.find((one) => one.field === field)?.detail;
  }

  /** The server will take it later: it is in trouble, asked to wait, or does not speak as we do (a gateway on the way). */
  get isForNow(): boolean {
    const later = ['space_suspended', 'space_opening', 'still_running', 'from_elsewhere'];
    const told = this.retryAfter !== null || [408, 429].includes(this.status) || this.status >= 500;
    return told || later.includes(this.code) || this.code.startsWith('http_');
  }

  get isOffline(): boolean {
    return this.code === 'offline';
  }

  static offline(): Problem {
    return new Problem('offline', 0, t.offline);
  }

  static of(response: Response, body: unknown): Problem {
    const document = (typeof body === 'object' && body !== null ? body : {}) as Partial<Document>;
    const after = Number(response.headers.get('retry-after'));
    return new Problem(
      document.code ?? `http_${response.status}`,
      response.status,
      document.detail ?? t.unreadable,
      document as Problem['document'],
      after > 0 ? after : null,
    );
  }
}
