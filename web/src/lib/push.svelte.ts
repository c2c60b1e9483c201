/** Whether this browser shows notifications of this space: asked of the person, of the browser, and told to the server. */

import { api, ask, here, Problem, type Schema } from './api/client';
import { kept } from './kept';
import { space } from './space.svelte';

/** `unready`: the part of the program that shows them is not here yet. */
export type PushState = 'looking' | 'unsupported' | 'unready' | 'denied' | 'on' | 'off';

interface Mine {
  endpoint: string;
  device: string;
}

export class Push {
  state = $state<PushState>('looking');
  devices = $state.raw<Schema<'Device'>[]>([]);
  /** Which of the devices this one is. */
  here = $state('');

  /** How it stands. Asks the person nothing. Throws: Problem. */
  async look(): Promise<void> {
    if (!isSupported()) {
      this.state = 'unsupported';
      await this.#list();
      return;
    }
    const registration = await navigator.serviceWorker.getRegistration();
    const subscription = await registration?.pushManager.getSubscription();
    await this.#list();
    const mine = remembered();
    const known = Boolean(mine && subscription?.endpoint === mine.endpoint && this.devices.some((one) => one.id === mine.device));
    this.here = known && mine ? mine.device : '';
    if (Notification.permission === 'denied') this.state = 'denied';
    else if (!registration) this.state = 'unready';
    else this.state = known ? 'on' : 'off';
  }

  /** Take notifications here: only ever on a tap, since browsers ask once. Throws: Problem. */
  async start(): Promise<void> {
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') {
      this.state = permission === 'denied' ? 'denied' : 'off';
      return;
    }
    const registration = await navigator.serviceWorker.getRegistration();
    if (!registration) {
      this.state = 'unready';
      return;
    }
    const { key } = await ask(api.GET('/v1/spaces/{space}/push-key', { params: { path: here() } }));
    const subscription = await subscribed(registration, key);
    const device = await ask(
      api.POST('/v1/spaces/{space}/me/devices', { params: { path: here() }, body: subscription.toJSON() as Schema<'NewDevice'> }),
    );
    kept.set(slot(), JSON.stringify({ endpoint: subscription.endpoint, device: device.id }));
    await this.look();
  }

  /** Take none here any more: the browser first, so that nothing comes even where the server cannot be told. */
  async stop(): Promise<void> {
    const mine = remembered();
    if (isSupported()) {
      const registration = await navigator.serviceWorker.getRegistration();
      const subscription = await registration?.pushManager.getSubscription();
      if (subscription && subscription.endpoint === mine?.endpoint) await subscription.unsubscribe();
    }
    kept.remove(slot());
    if (mine) await this.remove(mine.device);
  }

  /** Let another browser take none. Throws: Problem. */
  async remove(device: string): Promise<void> {
    try {
      await ask(api.DELETE('/v1/spaces/{space}/me/devices/{device}', { params: { path: here({ device }) } }));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
    }
    await this.look();
  }

  async #list(): Promise<void> {
    this.devices = (await ask(api.GET('/v1/spaces/{space}/me/devices', { params: { path: here() } }))).items;
  }
}

function isSupported(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Spaces of one host share the browser's one subscription, and each has a key of its own: the last one has it. */
async function subscribed(registration: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  const there = await registration.pushManager.getSubscription();
  if (there && !sameKey(there.options.applicationServerKey, options.applicationServerKey)) await there.unsubscribe();
  return registration.pushManager.subscribe(options).catch(() => {
    throw new Problem('push_failed', 0, '');
  });
}

function sameKey(one: ArrayBuffer | null, other: Uint8Array): boolean {
  const mine = new Uint8Array(one ?? new ArrayBuffer(0));
  return mine.length === other.length && mine.every((byte, at) => byte === other[at]);
}

/** base64url without its padding, as the server gives it. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const whole = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(whole, (one) => one.charCodeAt(0));
}

function slot(): string {
  return `hocmo:${space.slug}:push`;
}

function remembered(): Mine | null {
  try {
    return JSON.parse(kept.get(slot()) ?? 'null') as Mine | null;
  } catch {
    return null;
  }
}
