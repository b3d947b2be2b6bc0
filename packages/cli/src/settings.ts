import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { exitCodes, Failure } from './failure.ts';
import { findProject, type ProjectFolder, projectFile } from './folder/project.ts';

type Env = NodeJS.ProcessEnv;

/** The environment, and the folder that the command is run in. */
export interface Place {
  env: Env;
  folder: ProjectFolder | undefined;
}

export function here(env: Env = process.env, cwd: string = process.cwd()): Place {
  return { env, folder: findProject(cwd) };
}

const defaultUrl = 'http://localhost:3000';

/** Where the server is: HEADWATER_URL, else as `.env` or `.headwater.json` of the folder say. */
export function readUrl({ env, folder }: Place = here()): string {
  const given = env.HEADWATER_URL?.trim();
  const url = given || folder?.env.HEADWATER_URL || folder?.project.url || defaultUrl;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    const said = given ? 'HEADWATER_URL' : `The address in ${folder?.path}/${projectFile} or .env`;
    throw new Failure(`${said} is no http(s) URL.`, exitCodes.usage, 'usage');
  }
  return url.replace(/\/+$/, '');
}

/** A management key: HEADWATER_KEY, else that of a data directory here. */
export function findKey(place: Place = here()): string | undefined {
  const told = findSecret(place, 'HEADWATER_KEY');
  if (told !== undefined) return told;
  return isChosenHere(place) ? keyOfDataDirectory(place.env) : undefined;
}

export function readKey(place: Place = here()): string {
  const key = findKey(place);
  if (key !== undefined) return key;
  throw new Failure(
    `No management key: set HEADWATER_KEY=affk_… (made in the dashboard, in the settings), or run this where ${keyFile(place.env)} is.`,
    exitCodes.unauthorized,
    'no_key',
  );
}

/** The tracking token of the program that a command is about. */
export function findToken(place: Place = here()): string | undefined {
  return findSecret(place, 'HEADWATER_TOKEN');
}

export function readToken(place: Place = here()): string {
  const token = findToken(place);
  if (token !== undefined) return token;
  throw new Failure(
    'No tracking token: set HEADWATER_TOKEN=aff_… of the program, or run headwater init here.',
    exitCodes.unauthorized,
    'no_token',
  );
}

/**
 * A secret, from the environment or the `.env` of the folder. Secrets of the environment go where the environment says, or to
 * this machine: a folder that came from somebody else must not choose where they are sent.
 */
function findSecret(place: Place, name: 'HEADWATER_KEY' | 'HEADWATER_TOKEN'): string | undefined {
  const { env, folder } = place;
  const given = env[name]?.trim();
  if (!given) return folder?.env[name];
  if (isChosenHere(place)) return given;
  const url = readUrl(place);
  throw new Failure(
    `${name} is from the environment, but the address ${url} is from ${folder?.path}: set HEADWATER_URL=${url} as well, if that is where it may go.`,
    exitCodes.usage,
    'usage',
  );
}

/** Whether the address was chosen by who runs the command, or is this machine's: not by a folder. */
function isChosenHere(place: Place): boolean {
  return Boolean(place.env.HEADWATER_URL?.trim()) || isHere(readUrl(place));
}

/** Whether an address is on this machine. */
export function isHere(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}

/** The program by number: HEADWATER_PROGRAM, else the folder's. */
export function findProgramNumber({ env, folder }: Place = here()): string | undefined {
  const named = env.HEADWATER_PROGRAM?.trim() || folder?.env.HEADWATER_PROGRAM;
  return named || folder?.project.programId?.toString();
}

export function dataDirectory(env: Env = process.env): string {
  return env.HEADWATER_DATA_DIR?.trim() || '.headwater';
}

const keyFile = (env: Env) => join(dataDirectory(env), 'management-key');

function keyOfDataDirectory(env: Env): string | undefined {
  try {
    return readFileSync(keyFile(env), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
