import { signatureHeader } from '@headwater/stripe-double';
import { describe, expect, it } from 'vitest';
import { findSigner } from './verify-signature.ts';

// The vector that any implementation must agree on: the key is the whole secret as text, prefix included.
const vector = {
  secret: 'whsec_test_secret',
  body: '{"id":"evt_1","object":"event"}',
  at: new Date(1_700_000_000_000),
  header: 't=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd',
};
const ours = { endpointId: 1, secret: vector.secret };
const other = { endpointId: 2, secret: 'whsec_another' };

const signer = (body: string | Buffer, header: string, secrets = [ours], now = vector.at) =>
  findSigner(Buffer.from(body as string), header, secrets, now);
const secondsLater = (seconds: number) => new Date(vector.at.getTime() + seconds * 1000);

describe('a signature', () => {
  it('fits the known vector', () => {
    expect(signer(vector.body, vector.header)).toBe(ours);
    expect(signatureHeader(vector.body, vector.secret, vector.at)).toBe(vector.header);
  });

  it('fits with any one of several secrets, and says with which', () => {
    expect(signer(vector.body, vector.header, [other, ours])).toBe(ours);
    expect(signer(vector.body, signatureHeader(vector.body, other.secret, vector.at), [ours, other])).toBe(
      other,
    );
    expect(signer(vector.body, vector.header, [other])).toBeUndefined();
    expect(signer(vector.body, vector.header, [])).toBeUndefined();
  });

  it('fits when one of several v1 does, as while a secret is rolled; v0 alone does not', () => {
    const good = vector.header.split('v1=')[1] as string;
    const bad = 'ab'.repeat(32);
    expect(signer(vector.body, `t=1700000000,v1=${bad},v1=${good}`)).toBe(ours);
    expect(signer(vector.body, `t=1700000000,v1=${good},v1=${bad},v0=${bad}`)).toBe(ours);
    expect(signer(vector.body, `t=1700000000,v0=${good}`)).toBeUndefined();
    expect(signer(vector.body, `t=1700000000,v1=${bad}`)).toBeUndefined();
  });

  it('is good for 300 seconds, and not from the future either', () => {
    expect(signer(vector.body, vector.header, [ours], secondsLater(299))).toBe(ours);
    expect(signer(vector.body, vector.header, [ours], secondsLater(301))).toBeUndefined();
    expect(signer(vector.body, vector.header, [ours], secondsLater(-299))).toBe(ours);
    expect(signer(vector.body, vector.header, [ours], secondsLater(-301))).toBeUndefined();
  });

  it('with milliseconds for seconds does not pass for ever', () => {
    const header = signatureHeader(vector.body, vector.secret, new Date(vector.at.getTime() * 1000));
    expect(signer(vector.body, header)).toBeUndefined();
  });

  it.each([
    ['non-ASCII text', '{"name":"Zoë 🦆 東京"}'],
    ['escapes', '{"a":"x\\u0026y"}'],
    ['a trailing newline', '{"a":1}\n'],
    ['an empty body', ''],
    ['1 MB', `{"a":"${'x'.repeat(1_000_000)}"}`],
  ])('is over the bytes as they came: %s', (_name, body) => {
    const header = signatureHeader(body, vector.secret, vector.at);
    expect(signer(body, header)).toBe(ours);
    expect(signer(`${body} `, header)).toBeUndefined();
    expect(signer(JSON.stringify({ again: body }), header)).toBeUndefined();
  });

  it('does not fit bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(
      findSigner(bytes, signatureHeader('{}', vector.secret, vector.at), [ours], vector.at),
    ).toBeUndefined();
  });

  it.each([
    '',
    'x',
    't=',
    't=abc,v1=',
    't=1700000000',
    'v1=abc',
    ',,,',
    't=1700000000,v1=',
    `t=${'9'.repeat(400)}`,
  ])('in a header that is none does not fit: %j', (header) => {
    expect(signer(vector.body, header)).toBeUndefined();
  });
});
