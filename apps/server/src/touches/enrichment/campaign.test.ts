import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLanding } from './campaign.ts';
import { clickIdRules } from './click-ids.ts';

describe('readLanding', () => {
  it('reads everything a landing URL says', () => {
    const url =
      'https://user:pass@Shop.Example.com:8443/a%20b?utm_source=Google&utm_medium=CPC&utm_campaign=spring+sale&utm_term=x&utm_content=y&aff=Anna#top';
    expect(readLanding(url)).toEqual({
      url: 'https://shop.example.com:8443/a%20b?utm_source=Google&utm_medium=CPC&utm_campaign=spring+sale&utm_term=x&utm_content=y&aff=Anna',
      hostname: 'shop.example.com',
      path: '/a%20b',
      utm: { source: 'Google', medium: 'CPC', campaign: 'spring sale', term: 'x', content: 'y' },
      ref: null,
      clickIdKind: null,
      aff: 'Anna',
    });
  });

  it.each([
    '',
    'x',
    '/path?aff=a',
    '//example.com',
    'ftp://example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'http://[::1',
    `https://${'a.'.repeat(200)}com/`,
  ])('%s is no landing', (url) => {
    expect(readLanding(url)).toBeNull();
  });

  it.each(clickIdRules.map((rule) => rule.param))('keeps the kind of %s and drops its value', (param) => {
    const landing = readLanding(
      `https://a.example/?x=1&${param}=secret&${param.toUpperCase()}=secret&utm_source=s#secret`,
    );
    expect(landing?.clickIdKind).toBe(param);
    expect(landing?.url).toBe('https://a.example/?x=1&utm_source=s');
  });

  it('prefers an advertisement to what a network adds to every link', () => {
    expect(readLanding('https://a.example/?fbclid=1&gclid=2')).toMatchObject({
      clickIdKind: 'gclid',
      url: 'https://a.example/',
    });
  });

  it.each([
    ['?source=a&ref=b', 'a'],
    ['?ref=b', 'b'],
    ['?source=&ref=b', 'b'],
    ['?referrer=b', null],
  ])('%s has ref %s', (search, ref) => {
    const landing = readLanding(`https://a.example/${search}`);
    expect(landing?.ref).toBe(ref);
    expect(landing?.utm.source).toBeNull();
  });

  it.each([
    ['first of several', '?aff=a&aff=b', 'a'],
    ['first that is not empty', '?aff=&aff=b', 'b'],
    ['any case', '?AFF=a', 'a'],
    ['encoded name', '?%61ff=a', 'a'],
    ['control characters', '?aff=a%00%0A%1F%7Fb', 'ab'],
    ['nothing but control characters', '?aff=%00%00', null],
    ['blank', '?aff=%20', null],
    ['invalid percent-encoding', '?aff=%E0%A4%ZZ%', '\uFFFD%ZZ%'],
    ['prototype keys', '?__proto__=a&constructor=b', null],
    ['half of a pair at the cut', `?aff=${'a'.repeat(254)}${encodeURIComponent('😀')}`, 'a'.repeat(254)],
    ['255 characters', `?aff=${'a'.repeat(300)}`, 'a'.repeat(255)],
  ])('aff: %s', (_, search, aff) => {
    expect(readLanding(`https://a.example/${search}`)?.aff).toBe(aff);
  });

  it('neither throws nor exceeds its lengths', () => {
    const name = fc.constantFrom(
      'utm_source',
      'utm_medium',
      'utm_campaign',
      'utm_term',
      'utm_content',
      'aff',
      'ref',
      'gclid',
    );
    const param = fc
      .tuple(name, fc.string({ unit: 'binary', maxLength: 600 }))
      .map(([key, value]) => `${key}=${value}`);
    const search = fc
      .array(fc.oneof(param, fc.string({ unit: 'binary' })), { maxLength: 12 })
      .map((parts) => parts.join('&'));
    const prefix = fc.constantFrom(
      'https://a.example/?',
      'https://ä.example/',
      'http://u:p@127.0.0.1:1/',
      '',
    );
    fc.assert(
      fc.property(prefix, fc.string({ unit: 'binary' }), search, (start, path, query) => {
        const landing = readLanding(`${start}${path}?${query}`);
        if (landing === null) return;
        expect(landing.url.length).toBeLessThanOrEqual(4096);
        expect(landing.path.length).toBeLessThanOrEqual(2048);
        expect(landing.url).not.toMatch(/[\0#]/);
        expect(new URLSearchParams(new URL(landing.url).search).get('gclid') || null).toBeNull();
        for (const text of [landing.aff, landing.ref, ...Object.values(landing.utm)]) {
          expect(text?.length ?? 1).toBeLessThanOrEqual(255);
          expect(text ?? 'x').not.toMatch(/\p{Cc}/u);
          expect(text ?? 'x').not.toMatch(/^\s*$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
