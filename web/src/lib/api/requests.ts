/** Requests of the shapes that `openapi-fetch` types, made by the few lines that we need of it: paths with parameters,
 * queries, headers, JSON. Its own code would be a tenth of what a first visit may weigh. */

import type { Client } from 'openapi-fetch';
import type { paths } from './schema';

interface Given {
  params?: { path?: Record<string, unknown>; query?: Record<string, unknown>; header?: Record<string, unknown> };
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

type Requests = Pick<Client<paths>, 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'>;

/** The client whose requests go out by `send`. */
export function requests(send: (request: Request) => Promise<Response>): Requests {
  const by = (method: string) => async (path: string, given: Given = {}) => {
    const response = await send(request(method, path, given));
    const body: unknown = await parsed(response);
    return response.ok ? { data: body, response } : { error: body, response };
  };
  const made = { GET: by('GET'), PUT: by('PUT'), POST: by('POST'), PATCH: by('PATCH'), DELETE: by('DELETE') };
  return made as unknown as Requests;
}

/** What is asked. Values of a path are one part of it each, whatever they hold; what is not given is not sent. */
export function request(method: string, path: string, { params = {}, headers, body, signal }: Given): Request {
  const filled = path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(String(params.path?.[name] ?? '')));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params.query ?? {})) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  const sent = new Headers(headers);
  for (const [name, value] of Object.entries(params.header ?? {})) {
    if (value !== undefined && value !== null) sent.set(name, String(value));
  }
  if (body !== undefined) sent.set('content-type', 'application/json');
  const text = query.toString();
  const address = location.origin + filled + (text ? `?${text}` : '');
  return new Request(address, { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), signal });
}

/** JSON where there is any; what is no JSON is told as nothing. */
async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
