import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Device, readDevice } from './device.ts';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const appleWebkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

const cases: [
  userAgent: string,
  ...expected: [Device['device'], string | null, string | null, string | null],
][] = [
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/126.0.0.0 Safari/537.36`,
    'desktop',
    'Chrome',
    '126',
    'Windows',
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/126.0.0.0 Safari/537.36 Edg/125.0.0.0`,
    'desktop',
    'Edge',
    '125',
    'Windows',
  ],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${appleWebkit} Version/17.5 Safari/605.1.15`,
    'desktop',
    'Safari',
    '17',
    'macOS',
  ],
  [
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'desktop',
    'Firefox',
    '127',
    'Ubuntu',
  ],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webkit} Chrome/126.0.0.0 Safari/537.36`,
    'desktop',
    'Chrome',
    '126',
    'ChromeOS',
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${appleWebkit} Version/17.5 Mobile/15E148 Safari/604.1`,
    'mobile',
    'Mobile Safari',
    '17',
    'iOS',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/126.0.0.0 Mobile Safari/537.36`,
    'mobile',
    'Chrome',
    '126',
    'Android',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webkit} Chrome/126.0.0.0 Safari/537.36`,
    'tablet',
    'Chrome',
    '126',
    'Android',
  ],
  [
    `Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) ${appleWebkit} CriOS/126.0 Mobile/15E148 Safari/604.1`,
    'tablet',
    'Chrome',
    '126',
    'iOS',
  ],
  [
    `Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) ${webkit} 76.0.3809.146/6.0 TV Safari/537.36`,
    'tv',
    'Safari',
    null,
    'Tizen',
  ],
  [
    `Mozilla/5.0 (PlayStation; PlayStation 5/2.26) ${appleWebkit} Version/13.0 Safari/605.1.15`,
    'console',
    'Safari',
    '13',
    'PlayStation',
  ],
  [
    `Mozilla/5.0 (X11; GNU/Linux) ${webkit} Chrome/120.0 Safari/537.36 Tesla/2024.20`,
    'embedded',
    'Tesla',
    '2024',
    'Linux',
  ],
  ['curl/8.5.0', 'unknown', null, null, null],
  ['', 'unknown', null, null, null],
];

describe('readDevice', () => {
  it.each(cases)('%s', (userAgent, device, browser, browserVersion, os) => {
    expect(readDevice(userAgent)).toEqual({ device, browser, browserVersion, os });
    expect(readDevice(userAgent)).toEqual({ device, browser, browserVersion, os });
  });

  it('knows nothing without a user agent', () => {
    expect(readDevice(null)).toEqual({ device: 'unknown', browser: null, browserVersion: null, os: null });
  });

  it('reads the front of a long string', () => {
    const long = `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/126.0.0.0 Safari/537.36 ${'x'.repeat(4000)}`;
    expect(readDevice(long)).toMatchObject({ device: 'desktop', browser: 'Chrome' });
  });

  it('stays within its lengths whatever it is given', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...cases.map(([userAgent]) => userAgent)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const device = readDevice(pieces.join(' '));
        expect(device.browser?.length ?? 0).toBeLessThanOrEqual(64);
        expect(device.os?.length ?? 0).toBeLessThanOrEqual(64);
        expect(device.browserVersion ?? '0').toMatch(/^\d{1,8}$/);
      }),
    );
  });
});
