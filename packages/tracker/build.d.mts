/** Builds the browser script into `dist/headwater.js` and returns its text. */
export function buildTracker(): Promise<string>;
