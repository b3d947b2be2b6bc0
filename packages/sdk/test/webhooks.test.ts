import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  readBrowserIds,
  verifyWebhook,
  WebhookVerificationError,
  webhookTestHeaders,
} from '../src/server.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const body = '{"type":"payment.recorded","timestamp":"2026-06-02T12:00:00.000Z","data":{"payment_id":42}}';

describe('a webhook message', () => {
  it('that was signed as the server signs it is read', () => {
    const now = new Date();
    const headers = {
      'Webhook-Id': 'msg_1',
      'Webhook-Timestamp': String(Math.floor(now.getTime() / 1000)),
      'Webhook-Signature': new Webhook(secret).sign('msg_1', now, body),
    };
    expect(verifyWebhook(body, headers, secret)).toEqual({ id: 'msg_1', ...JSON.parse(body) });
    expect(verifyWebhook(Buffer.from(body), new Headers(headers), ['whsec_b2xk', secret]).id).toBe('msg_1');
  });

  it('of our own test headers is one that any other library takes', () => {
    expect(new Webhook(secret).verify(body, webhookTestHeaders(body, secret))).toEqual(JSON.parse(body));
  });

  it.each([
    ['another body', `${body} `, webhookTestHeaders(body, secret)],
    ['another secret', body, webhookTestHeaders(body, 'whsec_b3RoZXI=')],
    ['no headers', body, {}],
    ['an old one', body, webhookTestHeaders(body, secret, { now: new Date(Date.now() - 301_000) })],
    ['one of tomorrow', body, webhookTestHeaders(body, secret, { now: new Date(Date.now() + 301_000) })],
    ['another id', body, { ...webhookTestHeaders(body, secret), 'webhook-id': 'msg_2' }],
    ['a time that is none', body, { ...webhookTestHeaders(body, secret), 'webhook-timestamp': 'now' }],
    ['another version', body, { ...webhookTestHeaders(body, secret), 'webhook-signature': 'v2,abc' }],
  ])('is refused: %s', (_, text, headers) => {
    expect(() => verifyWebhook(text, headers, secret)).toThrow(WebhookVerificationError);
  });
});

it('reads what the tracker keeps in a browser', () => {
  const header =
    'a=b; affitor_click_id=c2; affitor_click_ids=c1%7Cc2; hw_visitor=v; hw_session=s; broken=%E0%A4%A';
  expect(readBrowserIds(header)).toEqual({
    clickId: 'c2',
    clickIds: ['c1', 'c2'],
    visitorId: 'v',
    sessionId: 's',
  });
  expect(readBrowserIds('customer_code=c9').clickId).toBe('c9');
  expect(readBrowserIds(undefined)).toEqual({
    clickId: null,
    clickIds: [],
    visitorId: null,
    sessionId: null,
  });
});
