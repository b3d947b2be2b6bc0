import { type Api, openApi } from './api.ts';
import { exitCodes, Failure } from './failure.ts';
import { findLogin } from './login-store.ts';
import { findKey, type Place, readUrl } from './settings.ts';

/** In whose name programs are listed and made: a management key's, or the person's who let this terminal in. */
export interface Authority {
  kind: 'key' | 'login';
  api: Api;
}

/** The key goes first: it may do more. */
export function findAuthority(place: Place): Authority | undefined {
  const url = readUrl(place);
  const key = findKey(place);
  if (key !== undefined) return { kind: 'key', api: openApi({ url, key }) };
  const login = findLogin(url, place.env);
  return login === undefined ? undefined : { kind: 'login', api: openApi({ url, key: login.token }) };
}

export function getAuthority(place: Place): Authority {
  const authority = findAuthority(place);
  if (authority !== undefined) return authority;
  throw new Failure(
    `Nobody is signed in at ${readUrl(place)}: headwater login, or set HEADWATER_KEY=affk_….`,
    exitCodes.unauthorized,
    'not_logged_in',
  );
}
