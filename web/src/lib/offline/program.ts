/** The program itself on this device: the service worker that serves pages without a line. */

/** Start the service worker. Trusted Types guard its address too, so a policy of ours vouches for the one there is. */
export async function startProgram(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  try {
    await navigator.serviceWorker.register(trusted('/sw.js') as string);
  } catch {
    // A webview without service workers learns with a line alone.
  }
}

const PATIENCE_MS = 120_000;

/** Have every page's code here, not only of those that were opened, now and of versions to come. Whether it is: false
 * where the line broke, or the browser has no service workers. */
export async function keepProgram(): Promise<boolean> {
  if (!('serviceWorker' in navigator)) return false;
  if (import.meta.env.DEV) return true;
  const worker = (await navigator.serviceWorker.ready).active;
  if (!worker) return false;
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<string>) => resolve(event.data === 'kept');
    setTimeout(() => resolve(false), PATIENCE_MS);
    worker.postMessage('keep-all', [channel.port2]);
  });
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
}

function trusted(url: string): unknown {
  const policies = (window as { trustedTypes?: Policies }).trustedTypes;
  return policies
    ? policies.createPolicy('hocmo', { createScriptURL: (given) => (given === '/sw.js' ? given : '') }).createScriptURL(url)
    : url;
}
