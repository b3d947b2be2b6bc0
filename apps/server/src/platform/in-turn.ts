/**
 * Work of one name comes one after the other, in the order of asking. Those who wait hold nothing, in particular no
 * connection to the database: a lock there would let a few eager senders take all of them.
 */
export function createTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const own = before.then(work, work);
    const settled = own.catch(() => {});
    last.set(name, settled);
    void settled.then(() => {
      if (last.get(name) === settled) last.delete(name);
    });
    return own;
  };
}
