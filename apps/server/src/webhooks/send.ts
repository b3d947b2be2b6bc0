import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { lookupPublic, readPublicAddress } from '../platform/index.ts';

/** What the receiver answered; `status` null: it did not. */
export interface Sent {
  status: number | null;
  error: string | null;
}

const patienceMs = 15_000;

/**
 * Posts a message, once, without following redirects. The address is looked at when the connection is made and not before:
 * a name that resolves to a private network, or to one on second thoughts, is refused either way.
 */
export function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  allowPrivate: boolean,
): Promise<Sent> {
  return new Promise((done) => {
    const failed = (error: string) => done({ status: null, error });
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is not looked up.
    if (!allowPrivate && isIP(host) !== 0 && readPublicAddress(host) === null) {
      failed('address is not public');
      return;
    }
    const post = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = post(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal: AbortSignal.timeout(patienceMs),
        ...(allowPrivate ? {} : { lookup: lookupPublic }),
      },
      (response) => {
        // What it says beyond the status is nothing to us.
        response.destroy();
        done({ status: response.statusCode ?? null, error: null });
      },
    );
    sent.on('error', (error) => failed(error.name === 'AbortError' ? 'no answer in time' : error.message));
    sent.end(body);
  });
}
