import { Readable } from 'node:stream';

/**
 * One who listens: a stream of server-sent events. Each message is the whole state, so one who reads slowly is given the
 * latest when there is room, and what came in between is not kept.
 */
export class Listener extends Readable {
  #waiting: string | undefined;
  #hasRoom = false;
  #isOver = false;
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
    if (this.#hasRoom && !this.#isOver) this.#hasRoom = this.push(': still here\n\n');
  }

  /** What is told afterwards is told to nobody: who is ended may still be counted among the listeners for a moment. */
  end(): void {
    if (this.#isOver || this.destroyed) return;
    this.#isOver = true;
    this.push(null);
  }

  #flush(): void {
    if (!this.#hasRoom || this.#isOver || this.#waiting === undefined) return;
    const message = this.#waiting;
    this.#waiting = undefined;
    this.#hasRoom = this.push(message);
  }
}
