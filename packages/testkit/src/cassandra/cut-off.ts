import { execFileSync } from 'node:child_process';

/** A node that can be told from others by its packets: those to its address, and those of its user. */
export interface Separable {
  readonly address: string;
  readonly uid: number;
}

const cut = new Map<string, Separable>();

/** Takes a node off the network: whoever talks to it hears nothing and is not told so, and nothing of it gets out. */
export function cutOff(node: Separable): void {
  if (cut.has(node.address)) return;
  // A rule that stays would be in the way of whoever takes that address next.
  if (cut.size === 0) process.once('exit', () => [...cut.keys()].forEach(reconnect));
  cut.set(node.address, node);
  for (const rule of rulesOf(node)) iptables('-I', rule);
}

export function reconnect(address: string): void {
  const node = cut.get(address);
  if (!cut.delete(address) || !node) return;
  for (const rule of rulesOf(node)) iptables('-D', rule);
}

/** Why {@link cutOff} cannot be had here; null where it can. */
export function whyNotCutOff(): string | null {
  if (process.getuid?.() !== 0) return 'To drop the packets of a node takes root.';
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    for (const rule of rulesOf({ address: '127.255.255.1', uid: 65_533 }))
      for (const verb of ['-I', '-D'] as const) iptables(verb, rule);
    return null;
  } catch {
    return 'To drop the packets of a node takes setpriv, iptables, and a kernel that knows the user of a packet.';
  }
}

function rulesOf({ address, uid }: Separable): readonly (readonly string[])[] {
  return [
    ['INPUT', '-d', address],
    ['OUTPUT', '-m', 'owner', '--uid-owner', String(uid)],
  ];
}

function iptables(verb: '-I' | '-D', rule: readonly string[]): void {
  execFileSync('iptables', ['-w', verb, ...rule, '-j', 'DROP'], { stdio: 'pipe' });
}
