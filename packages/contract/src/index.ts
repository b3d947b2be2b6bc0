/** The wire: schemas of every request and answer, and the catalogue of errors. No logic. */
export * from './errors.ts';
export * from './explain.ts';
export * from './fields.ts';
export * from './fraud.ts';
export * from './lists.ts';
export * from './reports.ts';
export * from './reviews.ts';
export * from './setup.ts';
export * from './simulate.ts';
export * from './stripe.ts';
export * from './track.ts';
export * from './verify.ts';
export * from './visits.ts';
