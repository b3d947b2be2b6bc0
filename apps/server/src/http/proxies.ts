import { BlockList, isIPv6 } from 'node:net';

const ours = new BlockList();
// This machine, its link, and private networks (RFC 1918, 3927, 4193, 4291). IPv4 counts in its IPv6-mapped form too.
ours.addSubnet('127.0.0.0', 8);
ours.addSubnet('169.254.0.0', 16);
ours.addSubnet('10.0.0.0', 8);
ours.addSubnet('172.16.0.0', 12);
ours.addSubnet('192.168.0.0', 16);
ours.addAddress('::1', 'ipv6');
ours.addSubnet('fe80::', 10, 'ipv6');
ours.addSubnet('fc00::', 7, 'ipv6');

// The rest of the internet is told apart by its first digits: asking the list costs three microseconds, twice a request.
const mayBeOurs = /^(?:10|127|169|172|192)\.|:/;
// Most requests come through one and the same proxy: the last answer is nearly always asked for again.
let lastAddress = '';
let lastVerdict = false;

/**
 * Whether a peer's address is of this machine or a private network: such peers are proxies of ours, and only they may
 * name the client's address (`X-Forwarded-For`).
 */
export function isProxyOfOurs(address: string | undefined): boolean {
  if (address === undefined || !mayBeOurs.test(address)) return false;
  if (address !== lastAddress) {
    lastAddress = address;
    lastVerdict = ours.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return lastVerdict;
}
