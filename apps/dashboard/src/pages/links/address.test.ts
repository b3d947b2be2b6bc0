import { describe, expect, it } from 'vitest';
import { putTogether, sharedLink, takeApart } from './address.ts';

describe('the destination of a link', () => {
  it('is taken apart into its page and its campaign, and put together again', () => {
    const text = 'https://acme.example/a?x=%20y&flag&utm_source=news&utm_campaign=sp%C3%A4t#part';
    const { page, utm } = takeApart(text);
    expect(page).toBe('https://acme.example/a?x=%20y&flag#part');
    expect(utm).toEqual({ source: 'news', medium: '', campaign: 'spät', term: '', content: '' });
    expect(putTogether(page, utm)).toBe(text);
  });

  it('has no campaign twice, and none that is empty', () => {
    expect(putTogether('https://acme.example/?utm_source=old', { source: ' new ', medium: ' ' })).toBe(
      'https://acme.example/?utm_source=new',
    );
    expect(putTogether('acme', { source: 'x' })).toBe('acme');
  });

  it('is shown as what is shared, while it is typed', () => {
    expect(sharedLink('https://acme.example/a?x=1', 'anna')).toBe('https://acme.example/a?x=1&aff=anna');
    expect(sharedLink('https://acme.example', '')).toBe('https://acme.example/?aff=…');
    expect(sharedLink('javascript:alert(1)', 'a')).toBeUndefined();
  });
});
