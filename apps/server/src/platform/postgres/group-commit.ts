import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Group commit: callers hand in one item each and are answered once the batch that holds it is committed.
 *
 * There is no timer. Whenever a writer is free it takes what is queued, at most `maxBatch` items, and commits it;
 * what arrives meanwhile forms the next batch by itself. Under light load a batch is one item and waits for nothing;
 * under heavy load one fsync serves hundreds.
 *
 * A batch that fails is split: its items are tried again one by one, so that one bad row refuses one caller only.
 * Losing the database is different: then every caller of the batch is told, and nothing was stored.
 */
export interface GroupCommit<Item, Result> {
  /** Resolves after the commit; rejects with the reason when nothing was stored for this item. */
  add(item: Item): Promise<Result>;
  readonly queued: number;
  /** Callers who are not answered yet: those queued, and those whose batch is being committed. */
  readonly waiting: number;
  /** Resolves when everything handed in so far is answered. */
  drain(): Promise<void>;
}

export interface GroupCommitOptions<Item, Result> {
  /** Commits the items in one transaction and answers in their order. */
  write(items: readonly Item[]): Promise<readonly Result[]>;
  writers: number;
  maxBatch: number;
  /** More than this many waiting items are refused with `overloaded()`: memory stays bounded. */
  maxQueued: number;
  overloaded(): Error;
  /** True when a failure concerns the whole batch and retrying single items would not help. */
  isWholesaleFailure(error: unknown): boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  let writing = 0;
  let busyWriters = 0;
  let idle: (() => void)[] = [];

  async function writeBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.write(batch.map((waiting) => waiting.item));
      for (const [index, waiting] of batch.entries()) waiting.resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || options.isWholesaleFailure(error)) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
      for (const waiting of batch) await writeBatch([waiting]);
    }
  }

  async function runWriter(): Promise<void> {
    // Requests that arrived in the same turn of the event loop share the first batch.
    await nextTurn();
    while (queue.length > 0) {
      const batch = queue.slice(0, options.maxBatch);
      queue = queue.slice(options.maxBatch);
      writing += batch.length;
      await writeBatch(batch);
      writing -= batch.length;
    }
    busyWriters -= 1;
    if (busyWriters === 0) {
      for (const wake of idle) wake();
      idle = [];
    }
  }

  return {
    add(item) {
      return new Promise<Result>((resolve, reject) => {
        if (queue.length >= options.maxQueued) {
          reject(options.overloaded());
          return;
        }
        queue.push({ item, resolve, reject });
        if (busyWriters < options.writers) {
          busyWriters += 1;
          void runWriter();
        }
      });
    },
    get queued() {
      return queue.length;
    },
    get waiting() {
      return queue.length + writing;
    },
    drain() {
      if (busyWriters === 0 && queue.length === 0) return Promise.resolve();
      return new Promise((resolve) => idle.push(resolve));
    },
  };
}
