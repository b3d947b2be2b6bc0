import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, Failure } from './failure.ts';

export interface Settings {
  url: string;
  key: string;
}

/**
 * Where the server is and which key opens it: HEADWATER_URL and HEADWATER_KEY; beside a data directory its management key
 * will do.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return { url: readUrl(env), key: env.HEADWATER_KEY?.trim() || keyOfDataDirectory(env) };
}

export function readUrl(env: NodeJS.ProcessEnv = process.env): string {
  const url = env.HEADWATER_URL?.trim() || 'http://localhost:3000';
  if (!URL.canParse(url)) throw new Failure('HEADWATER_URL is no URL.', exitCodes.usage, 'usage');
  return url.replace(/\/+$/, '');
}

/** The tracking token of the program that a command is about. */
export function readToken(env: NodeJS.ProcessEnv = process.env): string {
  const token = env.HEADWATER_TOKEN?.trim();
  if (token) return token;
  throw new Failure(
    'No tracking token: set HEADWATER_TOKEN=aff_… of the program.',
    exitCodes.unauthorized,
    'no_token',
  );
}

function keyOfDataDirectory(env: NodeJS.ProcessEnv): string {
  const file = join(env.HEADWATER_DATA_DIR?.trim() || '.headwater', 'management-key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Failure(
      `No management key: set HEADWATER_KEY=affk_…, or run this where ${file} is.`,
      exitCodes.unauthorized,
      'no_key',
    );
  }
}
