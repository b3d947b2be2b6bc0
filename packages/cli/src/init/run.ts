import { type Authority, findAuthority, getAuthority } from '../authority.ts';
import { exitCodes, Failure } from '../failure.ts';
import type { CommissionKind } from '../make-program.ts';
import { openOutput } from '../output.ts';
import { type Place, readUrl } from '../settings.ts';
import { signIn } from '../sign-in.ts';
import { askToSignIn, type Terminal } from './ask.ts';

export interface InitOptions {
  name?: string;
  domain?: string;
  commission?: CommissionKind;
  rate?: number;
  months?: number;
  website?: boolean;
  program?: string;
  newToken?: boolean;
  interactive: boolean;
  json?: boolean;
}

/** One run of `headwater init`. */
export interface InitRun {
  place: Place;
  folder: string;
  url: string;
  options: InitOptions;
  /** A terminal to ask on, where there is one and nobody said not to. */
  terminal: Terminal | undefined;
  /** Looked for once it is needed: whoever runs it again to see what is there needs none. */
  authority(): Promise<Authority>;
}

export function openInit(place: Place, folder: string, options: InitOptions): InitRun {
  const canAsk = options.interactive && process.stdin.isTTY && process.stderr.isTTY;
  // Beside the answer, which may be JSON.
  const terminal = canAsk ? { input: process.stdin, output: process.stderr } : undefined;
  let found: Promise<Authority> | undefined;
  return {
    ...{ place, folder, options, terminal, url: readUrl(place) },
    authority() {
      found ??= findOrSignIn(place, terminal);
      return found;
    },
  };
}

async function findOrSignIn(place: Place, terminal: Terminal | undefined): Promise<Authority> {
  const found = findAuthority(place);
  if (found !== undefined || terminal === undefined) return found ?? getAuthority(place);
  const url = readUrl(place);
  if (await askToSignIn(terminal, url)) await signIn(url, openOutput(process.stdout, process.stderr));
  return getAuthority(place);
}

export function requireKey({ kind }: Authority, what: string): void {
  if (kind === 'key') return;
  throw new Failure(
    `${what} with a management key: set HEADWATER_KEY=affk_…, or do it in the dashboard.`,
    exitCodes.unauthorized,
    'no_key',
  );
}
