import { Readable } from 'node:stream';

/**
 * One who listens: a stream of server-sent events. Each message is the whole state, so one who reads slowly is given the
 * latest when there is room, and what came in between is not kept.
 */
export class Listener extends Readable {
  #waiting: string | undefined;
  #hasRoom = false;
  readonly #event: string;

  /** @param event the name that its messages go by */
  constructor(event: string) {
    // Of a message or two: what is beyond waits here, not in the socket.
    super({ highWaterMark: 64 * 1024 });
    this.#event = event;
    this.push('retry: 5000\n\n');
  }

  override _read(): void {
    this.#hasRoom = true;
    this.#flush();
  }

  /** Sends a message in place of any that was not taken yet. */
  tell(data: string): void {
    this.#waiting = `event: ${this.#event}\ndata: ${data}\n\n`;
    this.#flush();
  }

  /** Something, so that whoever stands between does not take the silence for an end. */
  beat(): void {
    if (this.#hasRoom) this.#hasRoom = this.push(': still here\n\n');
  }

  end(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  #flush(): void {
    if (!this.#hasRoom || this.#waiting === undefined) return;
    const message = this.#waiting;
    this.#waiting = undefined;
    this.#hasRoom = this.push(message);
  }
}
