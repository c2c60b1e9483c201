/** Whether there is a line, as far as anybody can tell: what the browser says, and what requests found. */

class Line {
  up = $state(navigator.onLine);

  constructor() {
    window.addEventListener('online', () => (this.up = true));
    window.addEventListener('offline', () => (this.up = false));
  }

  /** The phone pays by the megabyte, or its owner asked to save. Chromium alone tells; others: false. */
  get metered(): boolean {
    const connection = (navigator as { connection?: { saveData?: boolean; type?: string } }).connection;
    return Boolean(connection?.saveData || connection?.type === 'cellular');
  }
}

export const line = new Line();
