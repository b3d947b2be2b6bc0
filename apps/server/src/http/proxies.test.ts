import { describe, expect, it } from 'vitest';
import { isProxyOfOurs } from './proxies.ts';

describe('isProxyOfOurs', () => {
  it.each([
    ...['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1'],
    ...['::1', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1'],
  ])('%s: this machine or a private network', (address) => {
    expect(isProxyOfOurs(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '11.0.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8', 'unknown', ''])(
    '%s: a stranger',
    (address) => {
      expect(isProxyOfOurs('127.0.0.1')).toBe(true);
      expect(isProxyOfOurs(address)).toBe(false);
    },
  );

  it('a peer without an address is a stranger', () => {
    expect(isProxyOfOurs(undefined)).toBe(false);
  });
});
