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

/** Have every page's code here, not only of those that were opened: asked for when a course is saved. */
export async function keepProgram(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  const registration = await navigator.serviceWorker.ready;
  registration.active?.postMessage('keep-all');
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
