import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** A group commit whose batches end when the test says so. */
function openCommit(options: { maxQueued?: number; fails?: (item: string) => boolean } = {}) {
  const batches: string[][] = [];
  const ends: (() => void)[] = [];
  const commit = createGroupCommit<string, string>({
    async write(items) {
      batches.push([...items]);
      await new Promise<void>((end) => ends.push(end));
      if (items.some((item) => options.fails?.(item))) throw new Error('refused');
      return items.map((item) => `${item}!`);
    },
    writers: 1,
    maxBatch: 3,
    maxQueued: options.maxQueued ?? 100,
    overloaded: () => new Error('too many'),
    isWholesaleFailure: () => false,
  });
  const endBatch = async () => {
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
  };
  return { commit, batches, endBatch };
}

describe('group commit', () => {
  it('commits what comes together as one batch, and what comes meanwhile as the next', async () => {
    const { commit, batches, endBatch } = openCommit();
    const first = commit.add('a');
    await expect.poll(() => batches).toEqual([['a']]);
    const rest = Promise.all(['b', 'c', 'd', 'e'].map((item) => commit.add(item)));
    expect([commit.queued, commit.waiting]).toEqual([4, 5]);
    await endBatch();
    expect(await first).toBe('a!');
    await endBatch();
    await endBatch();
    expect(await rest).toEqual(['b!', 'c!', 'd!', 'e!']);
    expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    await commit.drain();
    expect(commit.waiting).toBe(0);
  });

  it('refuses the one bad item of a batch, not its neighbours', async () => {
    const { commit, endBatch } = openCommit({ fails: (item) => item === 'bad' });
    const all = Promise.allSettled(['a', 'bad', 'c'].map((item) => commit.add(item)));
    for (let batch = 0; batch < 4; batch += 1) await endBatch();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('tells callers to come again rather than queue without end', async () => {
    const { commit, batches, endBatch } = openCommit({ maxQueued: 1 });
    const first = commit.add('a');
    await expect.poll(() => batches.length).toBe(1);
    const second = commit.add('b');
    await expect(commit.add('c')).rejects.toThrow('too many');
    await endBatch();
    await endBatch();
    expect(await Promise.all([first, second])).toEqual(['a!', 'b!']);
  });
});
