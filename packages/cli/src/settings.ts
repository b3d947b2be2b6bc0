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
  const url = env.HEADWATER_URL?.trim() || 'http://localhost:3000';
  if (!URL.canParse(url)) throw new Failure('HEADWATER_URL is no URL.', exitCodes.usage, 'usage');
  return { url: url.replace(/\/+$/, ''), key: env.HEADWATER_KEY?.trim() || keyOfDataDirectory(env) };
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
