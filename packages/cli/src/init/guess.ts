import { basename, join } from 'node:path';
import { readIfThere } from '../folder/read-file.ts';

/** What a folder already says of the program that is to be made in it: the name and the home page in package.json. */
export function guessProgram(folder: string): { name: string; domain: string | undefined } {
  const said = packageOf(folder);
  const own = typeof said.name === 'string' ? (said.name.split('/').at(-1) ?? '') : '';
  return {
    name: inWords(own) || inWords(basename(folder)) || 'My program',
    domain: typeof said.homepage === 'string' ? domainOf(said.homepage) : undefined,
  };
}

function packageOf(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readIfThere(join(folder, 'package.json')) ?? '{}');
  } catch {
    return {};
  }
}

function inWords(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Code is kept elsewhere than the site that sells: a home page at a host of code says nothing. */
function domainOf(homepage: string): string | undefined {
  if (!URL.canParse(homepage)) return undefined;
  const { hostname } = new URL(homepage);
  return /(^|\.)(github\.com|github\.io|gitlab\.com|npmjs\.com)$/.test(hostname) ? undefined : hostname;
}
