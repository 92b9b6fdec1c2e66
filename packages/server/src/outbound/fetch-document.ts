import { type LookupAddress, lookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { FetchDocument, FetchedDocument } from '@gatehouse/core';
import { isSpecialAddress } from './special-address.ts';

export interface FetchDocumentOptions {
  /** Hosts, with their port where it is not 443, that may have addresses of a private network or of this machine. */
  readonly privateHosts: readonly string[];
  /** PEM; default: whom Node trusts. */
  readonly ca?: string;
}

// security.md 1.1.
const CONNECT_MS = 2_000;
const TOTAL_MS = 5_000;
const AT_ONCE_PER_HOST = 4;

/**
 * Gets a document of elsewhere, and nothing that a stranger would like us to get (R38): https alone, to an address that was
 * looked at and is then the one that is called, without following anybody further, without credentials, and not for long.
 */
export function createFetchDocument({ ca, privateHosts }: FetchDocumentOptions): FetchDocument {
  const slots = new Map<string, { busy: number; readonly waiting: (() => void)[] }>();

  const inTurn = async <T>(host: string, work: () => Promise<T>): Promise<T> => {
    const slot = slots.get(host) ?? { busy: 0, waiting: [] };
    slots.set(host, slot);
    if (slot.busy >= AT_ONCE_PER_HOST) await new Promise<void>((free) => slot.waiting.push(free));
    else slot.busy++;
    try {
      return await work();
    } finally {
      const next = slot.waiting.shift();
      if (next) next();
      else if (--slot.busy === 0) slots.delete(host);
    }
  };

  return (text, { bytes }) => {
    const url = new URL(text);
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '')
      return Promise.reject(new Error('Only https without a user is fetched.'));
    const known = privateHosts.includes(url.host);
    return inTurn(url.host, () => get(url, known, bytes, ca));
  };
}

function get(url: URL, known: boolean, bytes: number, ca: string | undefined): Promise<FetchedDocument> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // No look-up is made for an address, so it is looked at here.
    if (isIP(host) !== 0 && !known && isSpecialAddress(host)) {
      reject(forbidden(host));
      return;
    }
    const outgoing = request(url, {
      method: 'GET',
      agent: false,
      lookup: pinned(known),
      headers: { Accept: 'application/jwk-set+json, application/json', 'Accept-Encoding': 'identity' },
      signal: AbortSignal.timeout(TOTAL_MS),
      ...(ca === undefined ? {} : { ca }),
    });
    const connecting = setTimeout(() => outgoing.destroy(new Error('It did not connect in time.')), CONNECT_MS);
    outgoing.on('socket', (socket) => socket.once('secureConnect', () => clearTimeout(connecting)));
    outgoing.on('error', reject);
    outgoing.on('close', () => clearTimeout(connecting));
    outgoing.on('response', (response) => {
      read(response, bytes).then(resolve, (error: unknown) => {
        outgoing.destroy();
        reject(error);
      });
    });
    outgoing.end();
  });
}

/** The address that is looked at is the address that is called: a second answer of the name server changes nothing. */
function pinned(known: boolean): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      const refused = known ? undefined : addresses.find(({ address }) => isSpecialAddress(address));
      const [first] = addresses;
      if (refused || !first) return callback(forbidden(host), []);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function read(response: IncomingMessage, bytes: number): Promise<FetchedDocument> {
  // A redirect is somebody else's choice of whom we call.
  if (response.statusCode !== 200) throw new Error(`It answered ${response.statusCode}.`);
  if ((response.headers['content-encoding'] ?? 'identity') !== 'identity') throw new Error('It answered compressed.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes) throw new Error(`It has more than ${bytes} bytes.`);
    chunks.push(chunk);
  }
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(response.headers['cache-control'] ?? '')?.[1];
  return {
    text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)),
    maxAgeSeconds: seconds === undefined ? null : Number(seconds),
  };
}

function forbidden(host: string): Error {
  return new Error(
    `${host} has an address of a private network or of this machine; the setting outbound.privateHosts may name it.`,
  );
}
