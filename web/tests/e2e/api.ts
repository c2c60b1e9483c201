/** What the staff of a space and other programs do beside the pages: by the API alone. */

export const PASSWORD = 'Hoc-mo-2026';

export const root = () => `${process.env['HOCMO_URL']}`;

/* eslint-disable-next-line -- the answers of many operations: tests read what they look for */
export type Answer = any;

export class Staff {
  private constructor(
    readonly space: string,
    private readonly token: string,
  ) {}

  static async of(space: string, role: string): Promise<Staff> {
    const { access_token } = await send('POST', `/spaces/${space}/sessions`, { login: `${role}@${space}.hocmo.local`, password: PASSWORD });
    return new Staff(space, access_token);
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return send(method, `/spaces/${this.space}${path}`, body, { authorization: `Bearer ${this.token}`, ...headers });
  }

  get(path: string): Promise<Answer> {
    return this.ask('GET', path);
  }

  /** Ask until `found` says that it is there: jobs and counters come a moment later. */
  async awaited(path: string, found: (answer: Answer) => boolean): Promise<Answer> {
    for (let tries = 0; tries < 120; tries += 1) {
      const answer = await this.get(path);
      if (found(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`${path} did not become what was waited for`);
  }
}

export async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${root()}/v1${path}`, {
    method,
    headers: { 'accept-language': 'vi', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
  return text ? JSON.parse(text) : null;
}
