/** What signing out takes off this device: the browser's notifications, and what was kept of the person. */

import { forget } from './data/db';

const PATIENCE_MS = 5_000;

/** Have no notifications of this person come here any more: told to browser and server, but not waited for long. */
export async function quiet(): Promise<void> {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const told = import('./push.svelte').then(({ Push }) => new Push().stop());
  await Promise.race([told.catch(() => undefined), patience]);
}

export { forget };
