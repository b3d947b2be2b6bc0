import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { exitCodes, Failure } from './failure.ts';

/** Who a terminal acts for on one server. */
export interface Login {
  token: string;
  email: string;
}

type Kept = Record<string, Login>;

/** For this person of this machine alone: `~/.config/headwater/logins.json`. */
function fileOf(env: NodeJS.ProcessEnv): string {
  const config = env.XDG_CONFIG_HOME?.trim() || join(env.HOME?.trim() || homedir(), '.config');
  return join(config, 'headwater', 'logins.json');
}

function read(env: NodeJS.ProcessEnv): Kept {
  const file = fileOf(env);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    // Taken for empty it would be written over, and with it the logins at other servers.
    const { message } = error as Error;
    throw new Failure(`${file} cannot be read (${message}): mend or remove it.`, exitCodes.usage, 'usage');
  }
}

function write(kept: Kept, env: NodeJS.ProcessEnv): void {
  const file = fileOf(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Written anew rather than over: an older file may be readable by others.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

export function keepLogin(url: string, login: Login, env: NodeJS.ProcessEnv = process.env): void {
  write({ ...read(env), [url]: login }, env);
}

export function forgetLogin(url: string, env: NodeJS.ProcessEnv = process.env): void {
  const { [url]: _, ...others } = read(env);
  write(others, env);
}

export function findLogin(url: string, env: NodeJS.ProcessEnv = process.env): Login | undefined {
  return read(env)[url];
}

/** The login at a server; refuses where there is none. */
export function getLogin(url: string, env: NodeJS.ProcessEnv = process.env): Login {
  const login = findLogin(url, env);
  if (login === undefined)
    throw new Failure(
      `You are not signed in at ${url}: headwater login.`,
      exitCodes.unauthorized,
      'not_logged_in',
    );
  return login;
}
