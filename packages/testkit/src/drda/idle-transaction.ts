const OPENS = [0x200a, 0x200b, 0x200c];
const ENDS = [0x200e, 0x200f];

/**
 * Calls `onIdle` when a transaction is open and its client has been silent for so long, as Db2 ends a unit of work where
 * a threshold tells it to. Derby keeps what a lost client has locked for as long as the connection seems to be there.
 */
export class IdleTransaction {
  readonly #limitMs: number;
  readonly #onIdle: () => void;
  #open = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onIdle: () => void) {
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
  }

  /** A unit of the client; what executes is not committed unless a unit behind it says so. */
  asked(unit: Buffer): void {
    this.end();
    const codePoint = unit.length >= 10 ? unit.readUInt16BE(8) : 0;
    if (OPENS.includes(codePoint)) this.#open = true;
    if (ENDS.includes(codePoint)) this.#open = false;
  }

  /** Whoever waits for an answer is not silent. */
  answered(): void {
    this.end();
    if (this.#open) this.#timer = setTimeout(this.#onIdle, this.#limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
