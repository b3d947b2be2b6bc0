import { errorCatalogue } from '@headwater/contract';
import { AuthenticationError, HeadwaterError, NotFoundError, UnavailableError } from '@headwater/sdk/server';
import { NotAskableError } from './headwater.ts';
import type { Settings } from './settings.ts';

/** What went wrong and what to do about it, as a tool tells it. */
export function refusalText(error: unknown, settings: Settings): string {
  return withoutKeys(textOf(error, settings), settings);
}

function textOf(error: unknown, { url }: Settings): string {
  if (error instanceof NotAskableError) return error.message;
  if (!(error instanceof HeadwaterError)) return 'This MCP server failed. Try again; report it if it stays.';
  const { message, status, requestId } = error;
  const at = requestId === null ? '' : ` (request ${requestId})`;
  return `${message}.${at} ${adviceOf(error, url, status)}`.replaceAll('..', '.');
}

/** The catalogue's advice for the code, or for the text where a route answers the text alone. */
function adviceOf(error: HeadwaterError, url: string, status: number | null): string {
  const { code } = (error.body ?? {}) as { code?: unknown };
  const entry = Object.entries(errorCatalogue).find(
    ([known, { message }]) => known === code || (code === undefined && message === error.message),
  )?.[1];
  if (entry !== undefined) return entry.advice;
  if (error instanceof AuthenticationError)
    return 'Check the keys in the environment of this MCP server: whole, not replaced, of the right kind and program.';
  if (error instanceof NotFoundError) return 'Check the id: there is no such thing, or it is not yours.';
  if (error instanceof UnavailableError) return unavailableAdvice(error, url, status);
  return 'Mend the argument that the message names and call again.';
}

function unavailableAdvice(error: UnavailableError, url: string, status: number | null): string {
  if (error.retryAfterSeconds !== null)
    return `Call again after ${error.retryAfterSeconds} seconds, with the same ids: nothing is counted twice.`;
  if (status === null)
    return `Is Headwater running at ${url}? Start it with npm start, or mend HEADWATER_URL.`;
  return 'Call again later with the same ids: nothing is counted twice.';
}

/** Whatever a text says, no key is in it. */
export function withoutKeys(text: string, { key, token, websiteToken }: Settings): string {
  return [key, token, websiteToken].reduce<string>(
    (clean, secret) => (secret === undefined ? clean : clean.replaceAll(secret, '[hidden]')),
    text,
  );
}
