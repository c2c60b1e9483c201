/** What this device keeps: answers to read without a line, work that waits to be sent, courses that were saved.
 *
 * Everything bears the person it belongs to; signing out takes it away. */

const VERSION = 1;

/** Stores and their keys. `answers`: `person|what`; `outbox`: counted up; `courses` and `files`: by name. */
export type Store = 'answers' | 'outbox' | 'courses' | 'files';

let opening: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('hocmo', VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore('answers');
      db.createObjectStore('outbox', { keyPath: 'number', autoIncrement: true });
      db.createObjectStore('courses');
      db.createObjectStore('files');
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = () => (opening = null); // the browser took it away: whoever asks next opens it again
      db.onversionchange = () => {
        opening = null;
        db.close();
      };
      resolve(db);
    };
    request.onerror = () => {
      opening = null;
      reject(request.error ?? new Error('indexedDB'));
    };
  });
  return opening;
}

async function begin(stores: Store[], mode: IDBTransactionMode): Promise<IDBTransaction> {
  const db = await open();
  try {
    return db.transaction(stores, mode);
  } catch (error) {
    if ((error as DOMException).name !== 'InvalidStateError') throw error;
    opening = null; // a connection that was closed without a word
    return (await open()).transaction(stores, mode);
  }
}

/** Run `work` in one transaction; what it gave is known once all of it is on the disk. */
export async function within<T>(
  stores: Store[],
  mode: IDBTransactionMode,
  work: (store: (name: Store) => IDBObjectStore) => IDBRequest<T> | void,
): Promise<T | undefined> {
  const transaction = await begin(stores, mode);
  return new Promise((resolve, reject) => {
    const request = work((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('indexedDB'));
  });
}

export function read<T>(store: Store, key: IDBValidKey): Promise<T | undefined> {
  return within<T>([store], 'readonly', (at) => at(store).get(key) as IDBRequest<T>);
}

/** Keep a value. Throws where the device has no room. */
export async function keep(store: Store, key: IDBValidKey | undefined, value: unknown): Promise<IDBValidKey> {
  return (await within([store], 'readwrite', (at) => at(store).put(value, key))) as IDBValidKey;
}

export async function drop(store: Store, key: IDBValidKey | IDBKeyRange): Promise<void> {
  await within([store], 'readwrite', (at) => at(store).delete(key));
}

export async function all<T>(store: Store, range?: IDBKeyRange): Promise<T[]> {
  return (await within<T[]>([store], 'readonly', (at) => at(store).getAll(range) as IDBRequest<T[]>)) ?? [];
}

/** Keys that begin with `prefix`. */
export function under(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}￿`);
}

/** Take away all that is kept of a person, but for what has not been sent yet: it waits until they come back. */
export async function forget(person: string): Promise<void> {
  try {
    await within(['answers', 'courses', 'files'], 'readwrite', (at) => {
      for (const store of ['answers', 'courses', 'files'] as const) at(store).delete(under(`${person}|`));
    });
  } catch {
    // A browser that lets us keep nothing has nothing to take away.
  }
}
