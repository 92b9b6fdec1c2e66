import { BlockList, isIP } from 'node:net';

const NETWORK = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/;

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

/** `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`; null for what is none of that. */
function readNetwork(text: string): Network | null {
  const [, address = '', length] = NETWORK.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const most = version === 4 ? 32 : 128;
  const bits = length === undefined ? most : Number(length);
  return bits <= most ? { address, family: version === 4 ? 'ipv4' : 'ipv6', bits } : null;
}

export function isNetwork(text: string): boolean {
  return readNetwork(text) !== null;
}

/** Whether an address is in one of the networks; nobody's address, `''`, is in none. */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks.map(readNetwork))
    if (network) list.addSubnet(network.address, network.bits, network.family);
  return (address) => {
    const plain = address.replace(/%.*$/, '');
    const version = isIP(plain);
    // A socket that listens to both writes 127.0.0.1 as ::ffff:127.0.0.1; the list knows that these are one.
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}
