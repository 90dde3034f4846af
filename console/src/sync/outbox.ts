// Operations on their way, kept in IndexedDB from before they are shown until they are answered (SY-31). The server
// takes a repeat only once, so sending again after a reload is safe.
import { emptyDraft, type Draft, type Operation } from './protocol.ts';

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('sportello', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('operations', { keyPath: 'cid' });
      request.result.createObjectStore('drafts', { keyPath: 'key' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB is not available'));
  });

let database: Promise<IDBDatabase> | undefined;

async function run<T>(store: string, mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  database ??= open();
  const transaction = (await database).transaction(store, mode);
  return new Promise((resolve, reject) => {
    const request = use(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB refused'));
  });
}

export const keepOperation = (operation: Operation) => run('operations', 'readwrite', (store) => store.put(operation));
export const dropOperation = (cid: string) => run('operations', 'readwrite', (store) => store.delete(cid));
export const allOperations = async (): Promise<Operation[]> => {
  const all = (await run('operations', 'readonly', (store) => store.getAll())) as Operation[];
  return all.sort((a, b) => a.at - b.at);
};

export const keepDraft = (key: string, draft: Draft) =>
  run('drafts', 'readwrite', (store) =>
    (draft.text || draft.recipients || draft.files.length > 0 ? store.put({ key, ...draft }) : store.delete(key)) as IDBRequest<IDBValidKey>);
export const draftOf = async (key: string): Promise<Draft> => ({
  ...emptyDraft, ...((await run('drafts', 'readonly', (store) => store.get(key))) as Draft | undefined),
});
export const clearEverything = async (): Promise<void> => {
  await run('operations', 'readwrite', (store) => store.clear());
  await run('drafts', 'readwrite', (store) => store.clear());
};
