import { expect, it } from 'vitest';
import { networkOf } from './public-address.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  // However few of its groups are written out.
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8::aaaa:0:0:1', '2001:db8:0:0'],
  ['2001:db8::bbbb:0:0:1', '2001:db8:0:0'],
  ['2001:DB8:0:1::', '2001:db8:0:1'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['nonsense', 'nonsense'],
])('%s is a client of %s', (address, network) => expect(networkOf(address)).toBe(network));
