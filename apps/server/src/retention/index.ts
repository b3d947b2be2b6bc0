/**
 * What visitors did is forgotten when their website wants it forgotten: in both stores, raw and added up. Money, clicks and
 * sign-ups are never: they are what the books are made of.
 */
export { forgetOldBehaviour } from './forget-old-behaviour.ts';
