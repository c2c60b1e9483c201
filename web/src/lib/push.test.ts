import { beforeEach, expect, it, vi } from 'vitest';
import { session } from '$lib/session.svelte';
import { bytes, Push } from './push.svelte';

const KEY = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
const GIVEN = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/abc',
  expirationTime: null,
  keys: { p256dh: KEY, auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
};
const json = (status: number, body: unknown) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** A browser's part, by the specification (Push API): one subscription, of one key. */
class Browser {
  subscription: { endpoint: string; options: { applicationServerKey: ArrayBuffer }; toJSON: () => unknown; unsubscribe: () => Promise<boolean> } | null = null;
  asked = 0;
  answer: NotificationPermission = 'granted';

  install() {
    vi.stubGlobal('PushManager', class {});
    const notification = { permission: 'default' as NotificationPermission, requestPermission: async () => ((this.asked += 1), (notification.permission = this.answer)) };
    vi.stubGlobal('Notification', notification);
    const pushManager = {
      getSubscription: async () => this.subscription,
      subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
        if (this.subscription) throw new DOMException('another key', 'InvalidStateError');
        return (this.subscription = {
          endpoint: GIVEN.endpoint,
          options: { applicationServerKey: applicationServerKey.buffer },
          toJSON: () => GIVEN,
          unsubscribe: async () => ((this.subscription = null), true),
        });
      },
    };
    Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: { getRegistration: async () => ({ pushManager }) } });
  }
}

let browser: Browser;
let devices: { id: string; service: string; added_at: string }[];
let added: unknown[];

beforeEach(() => {
  [browser, devices, added] = [new Browser(), [], []];
  browser.install();
  session.enter({ access_token: 't', expires_in: 900, person: { id: 'p1', name: 'An', roles: ['learner'], locale: 'vi' } });
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (path.endsWith('/push-key')) return json(200, { key: KEY });
    if (request.method === 'POST') {
      added.push(await request.json());
      devices = [{ id: 'd1', service: 'fcm.googleapis.com', added_at: '2026-11-25T02:30:00Z' }];
      return json(201, devices[0]);
    }
    if (request.method === 'DELETE') devices = [];
    return request.method === 'DELETE' ? json(204, null) : json(200, { items: devices, next: null });
  });
});

it('looking asks the person nothing; a tap does, and the server gets what the browser gave', async () => {
  const push = new Push();
  await push.look();
  expect([push.state, browser.asked]).toEqual(['off', 0]);
  await push.start();
  expect([push.state, push.here, browser.asked]).toEqual(['on', 'd1', 1]);
  expect(added).toEqual([GIVEN]);
  expect([...new Uint8Array(browser.subscription!.options.applicationServerKey)]).toEqual([...bytes(KEY)]);
});

it('turned off, neither the browser nor the server knows of it', async () => {
  const push = new Push();
  await push.start();
  await push.stop();
  expect([push.state, browser.subscription, devices]).toEqual(['off', null, []]);
});

it('who says no is not subscribed, and is told how to change their mind', async () => {
  browser.answer = 'denied';
  const push = new Push();
  await push.start();
  expect([push.state, added]).toEqual(['denied', []]);
});

it("another space's key in this browser gives way: two cannot be there", async () => {
  const push = new Push();
  await push.start();
  browser.subscription!.options.applicationServerKey = new Uint8Array([1, 2, 3]).buffer;
  await push.start();
  expect(push.state).toBe('on');
  expect(new Uint8Array(browser.subscription!.options.applicationServerKey)).toHaveLength(65);
});

it('a subscription that the server dropped is off, not on', async () => {
  const push = new Push();
  await push.start();
  devices = [];
  await push.look();
  expect(push.state).toBe('off');
});

it('a browser without pushes is told from one that says no', async () => {
  Reflect.deleteProperty(window, 'PushManager');
  vi.unstubAllGlobals();
  vi.stubGlobal('fetch', async () => json(200, { items: [], next: null }));
  const push = new Push();
  await push.look();
  expect(push.state).toBe('unsupported');
});
