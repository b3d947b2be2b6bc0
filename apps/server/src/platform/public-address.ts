import { isIPv6 } from 'node:net';

/** An address that can be looked up: on the public internet, in the family whose database knows it. */
export interface PublicAddress {
  family: 4 | 6;
  text: string;
}

/** Blocks of IPv4 that belong to nobody in particular (IANA special-purpose registry). */
const specialIpv4 = [
  block(ipv4(0, 0, 0, 0), 8),
  block(ipv4(10, 0, 0, 0), 8),
  block(ipv4(100, 64, 0, 0), 10),
  block(ipv4(127, 0, 0, 0), 8),
  block(ipv4(169, 254, 0, 0), 16),
  block(ipv4(172, 16, 0, 0), 12),
  block(ipv4(192, 0, 0, 0), 24),
  block(ipv4(192, 0, 2, 0), 24),
  block(ipv4(192, 168, 0, 0), 16),
  block(ipv4(198, 18, 0, 0), 15),
  block(ipv4(198, 51, 100, 0), 24),
  block(ipv4(203, 0, 113, 0), 24),
  block(ipv4(224, 0, 0, 0), 3),
];

const LONGEST_ADDRESS = 45;
const MAPPED_PREFIX = '::ffff:';

/**
 * The public address in a socket's or proxy's text, or null for private, reserved and malformed ones. An
 * IPv4-mapped IPv6 address (`::ffff:8.8.8.8`, what a dual-stack socket reports) is answered as IPv4.
 */
export function readPublicAddress(address: string): PublicAddress | null {
  const text = address.trim();
  if (text.length < 2 || text.length > LONGEST_ADDRESS) return null;
  if (!text.includes(':')) return publicIpv4(parseIpv4(text));
  if (text.startsWith(MAPPED_PREFIX) && text.includes('.')) {
    return publicIpv4(parseIpv4(text.slice(MAPPED_PREFIX.length)));
  }
  if (!isIPv6(text) || text.includes('%')) return null;
  const groups = ipv6Groups(text);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return publicIpv4((groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0));
  }
  return isPublicIpv6(groups)
    ? { family: 6, text: groups.map((group) => group.toString(16)).join(':') }
    : null;
}

function publicIpv4(value: number | null): PublicAddress | null {
  if (value === null) return null;
  for (const { first, last } of specialIpv4) {
    if (value >= first && value <= last) return null;
  }
  return { family: 4, text: `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` };
}

/** Four decimal parts without leading zeros, as one number; null for anything else. */
function parseIpv4(text: string): number | null {
  let value = 0;
  let part = -1;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || parts === 4) return null;
      value = value * 256 + part;
      part = -1;
      parts++;
      continue;
    }
    if (code < 48 || code > 57 || part === 0) return null;
    part = (part < 0 ? 0 : part * 10) + (code - 48);
    if (part > 255) return null;
  }
  return parts === 4 && part >= 0 ? value * 256 + part : null;
}

/**
 * Who counts as one client: an IPv4 address, or the network (/64) of an IPv6 one, in which one client has 2^64 of them. Text
 * that is no address is answered as it is.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = ipv6Groups(address.replace(/%.*$/, ''));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return groups
      .slice(6)
      .flatMap((group) => [group >>> 8, group & 255])
      .join('.');
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight 16-bit groups of a valid IPv6 address. */
function ipv6Groups(text: string): number[] {
  const [left = '', right] = text.split('::');
  const head = groupsOf(left);
  if (right === undefined) return head;
  const tail = groupsOf(right);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function groupsOf(side: string): number[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    const embedded = group.includes('.') ? parseIpv4(group) : null;
    return embedded === null ? [Number.parseInt(group, 16)] : [embedded >>> 16, embedded & 0xffff];
  });
}

/** Global unicast is 2000::/3 (RFC 4291); 2001:db8::/32 is for documentation (RFC 3849). */
function isPublicIpv6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  return first >>> 13 === 1 && !(first === 0x2001 && second === 0xdb8);
}

function block(first: number, prefixLength: number): { first: number; last: number } {
  return { first, last: first + 2 ** (32 - prefixLength) - 1 };
}

function ipv4(a: number, b: number, c: number, d: number): number {
  return ((a * 256 + b) * 256 + c) * 256 + d;
}
