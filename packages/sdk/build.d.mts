/** Builds `dist/`: each entry as ES module and CommonJS, with its types beside it. */
export function buildSdk(): Promise<void>;
