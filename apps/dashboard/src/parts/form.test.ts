import { expect, it } from 'vitest';
import { filled, linesOf } from './form.ts';

it('takes a list as it was pasted: by lines, spaces or commas', () => {
  expect(linesOf('https://acme.com\n\n https://shop.acme.com, https://a.com,')).toEqual([
    'https://acme.com',
    'https://shop.acme.com',
    'https://a.com',
  ]);
  expect([linesOf(' \n'), linesOf()]).toEqual([[], []]);
});

it('leaves out what was not filled in', () => {
  expect(filled({ name: 'Anna', email: '', code: '  ' })).toEqual({ name: 'Anna' });
});
