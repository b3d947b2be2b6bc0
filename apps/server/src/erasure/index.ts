/**
 * People's right to be forgotten, and to know. Erasing replaces every name of a person (emails, keys, browsers, sessions) by
 * one that says nothing, the same everywhere, in both stores: whatever was decided by equal names would be decided so
 * again, so the books stay whole and provable. Nothing leads back once it is done.
 */
export { type ErasureDeps, erasePerson } from './erase-person.ts';
export { erasureRoutes } from './http.ts';
