import { readFileSync } from 'node:fs';

/** Of this package: the file is one folder up, from the source as from what is built. */
export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
