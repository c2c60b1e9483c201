import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { keep, read } from './db';

test('a connection that was closed is opened again', async () => {
  const opened: IDBDatabase[] = [];
  const real = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
    const request = real(name, version);
    request.addEventListener('success', () => opened.push(request.result));
    return request;
  });
  await keep('answers', 'p|s|one', 1);
  opened[0]?.close();
  expect(await read('answers', 'p|s|one')).toBe(1);
  opened[1]?.onversionchange?.(new Event('versionchange') as IDBVersionChangeEvent);
  expect(await read('answers', 'p|s|one')).toBe(1);
  expect(opened.length).toBe(3);
});
