export { serveFromStore, type ServedSubscriptions, type ServeFromStoreOptions } from './serve-from-store.ts';
