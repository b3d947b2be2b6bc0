import { Resolver } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { Integration, WebhookRecord } from '@headwater/contract';
import { isHere } from '../settings.ts';
import { type Check, checkOf, patienceMs } from './check.ts';

const ask = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);

/** Whether browsers, and Stripe, get to the server under the name that it goes by. */
export async function checkPublicUrl(publicUrl: string): Promise<Check> {
  const { ok, warning, fail } = checkOf('public address');
  const reply = await ask(`${publicUrl}/healthz`);
  if (reply === undefined)
    return fail(
      `nothing answers at ${publicUrl}`,
      'Look at DNS, the proxy and its certificate; or mend HEADWATER_PUBLIC_URL.',
    );
  const said = (await reply.json().catch(() => undefined)) as { status?: string } | undefined;
  if (said?.status !== 'ok')
    return fail(
      `${publicUrl} answers ${reply.status}, and not as Headwater`,
      'Let the proxy hand every path on; or mend HEADWATER_PUBLIC_URL.',
    );
  if (isHere(publicUrl))
    return warning(
      `${publicUrl} is reached from its own machine only`,
      'Before others use it: HEADWATER_PUBLIC_URL=https://… where the server runs.',
    );
  return publicUrl.startsWith('https:')
    ? ok(`${publicUrl} leads to the server`)
    : warning(
        `${publicUrl} is without TLS`,
        'Browsers block it on https pages: put a proxy with a certificate in front.',
      );
}

export async function checkTracker(publicUrl: string): Promise<Check> {
  const { ok, fail } = checkOf('tracker');
  const url = `${publicUrl}/js/headwater.js`;
  const reply = await ask(url);
  const type = reply?.headers.get('content-type') ?? '';
  if (reply?.ok && type.includes('javascript')) return ok(`${url} is served`);
  const text = reply === undefined ? 'is not reached' : `is answered ${reply.status} ${type}`;
  return fail(`${url} ${text}`, 'Let the proxy hand /js/ on as it is.');
}

/** Whether what Stripe posts arrives: without a signature it is refused, and by whom tells. */
export async function checkStripeDelivery(publicUrl: string, programId: number): Promise<Check> {
  const { ok, fail } = checkOf('stripe deliveries');
  const url = `${publicUrl}/webhooks/stripe/${programId}`;
  const reply = await ask(url, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const said = (await reply?.json().catch(() => undefined)) as { error?: string } | undefined;
  if (said?.error === 'Missing Stripe-Signature header') return ok(`a POST to ${url} arrives`);
  const text = reply === undefined ? 'does not arrive' : `is answered ${reply.status} by something else`;
  return fail(
    `a POST to ${url} ${text}`,
    'Let the proxy hand POST /webhooks/ on, headers and body as they are.',
  );
}

/** Whether a website's name leads anywhere. */
export async function checkDomain(domain: string): Promise<Check> {
  const { ok, fail } = checkOf(`dns of ${domain}`);
  if (domain === 'localhost' || isIP(domain) !== 0) return ok('is an address');
  const resolver = new Resolver({ timeout: patienceMs, tries: 1 });
  const found = await Promise.any([resolver.resolve4(domain), resolver.resolve6(domain)]).catch(() => []);
  const [first] = found;
  return first === undefined
    ? fail('has no address', 'Is it spelled right (headwater programs)? Else set its A or AAAA record.')
    : ok(`is at ${first}`);
}

/** Whether the tag is on the page, or anything arrived already. */
export function checkTracking({ readiness }: Integration): Check {
  const { ok, warning } = checkOf('tracking');
  const { status, detail } = readiness.gates.tracking;
  if (status === 'pass')
    return ok(detail === 'tracker_installed' ? 'the tag is on the page' : 'events arrive');
  return warning(
    'the tag is not on the page, and nothing has arrived',
    'headwater init shows the tag; headwater test click sends an event.',
  );
}

/** Whether a receiver of webhooks can be reached: from here, which the server may see differently. */
export async function checkReceiver({ id, url }: WebhookRecord): Promise<Check> {
  const { ok, fail } = checkOf(`webhook ${id}`);
  const { hostname, port, protocol } = new URL(url);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const reason = await new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number, timeout: patienceMs });
    const end = (found: string | undefined) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer in time'));
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => end(code ?? message));
  });
  return reason === undefined
    ? ok(`${url} can be reached`)
    : fail(`${url} cannot be reached from here (${reason})`, 'Is the receiver up, and open to the server?');
}
