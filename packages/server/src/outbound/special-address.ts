import { BlockList, isIP } from 'node:net';

/** IPv4 that is not somebody's on the Internet (IANA's registry of special-purpose addresses, RFC 6890). */
const SPECIAL_V4: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 all that is given out is 2000::/3: loopback, mapped, NAT64, unique local and link local are outside. */
const GIVEN_OUT_V6 = ['2000::', 3] as const;
/** And within it, what leads elsewhere: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_V6: readonly (readonly [address: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [address, bits] of SPECIAL_V4) special.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of SPECIAL_V6) special.addSubnet(address, bits, 'ipv6');
const givenOut = new BlockList();
givenOut.addSubnet(...GIVEN_OUT_V6, 'ipv6');

/** Whether an address is of this machine, of a private network, or of nobody (R38): nothing that a stranger may have us call. */
export function isSpecialAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return special.check(address, 'ipv4');
  if (version === 6) return !givenOut.check(address, 'ipv6') || special.check(address, 'ipv6');
  return true;
}
