import { AppError } from '../errors.ts';
import { Listener } from './listener.ts';

/**
 * Tells listeners of something that belongs to a workspace how it is, and again when it has changed.
 *
 *   counted   once every few seconds for all who listen to the same, and for nobody when nobody does
 *   told      only when something changed; otherwise now and then a comment
 *   asked     before each telling whether every listener may still know: a key that was revoked ends its streams
 */
export interface Broadcast<Subject> {
  /**
   * A stream that begins with what is now. `isAllowed` is asked again and again.
   * @throws AppError 429 when too many listen, 503 when this process is stopping; whatever the first count throws
   */
  listen(subject: Subject, isAllowed: () => Promise<boolean>): Promise<Listener>;
  readonly listeners: number;
  /** Ends every stream, and takes no more. */
  close(): void;
}

export interface BroadcastOptions<Subject, State extends object> {
  /** What the messages are called. */
  event: string;
  read(subject: Subject): Promise<State>;
  /** What of it counts as a change; left out: all of it. */
  changing?(state: State): object;
  everyMs?: number;
  beatMs?: number;
  mostOfWorkspace?: number;
  most?: number;
}

interface Channel<Subject> {
  subject: Subject;
  members: Map<Listener, () => Promise<boolean>>;
  /** What was told last, and what of it counts as a change. */
  last: { data: string; state: string } | undefined;
  counting: Promise<{ data: string; state: string }> | undefined;
  timer: NodeJS.Timeout | undefined;
  beatAt: number;
}

const retryAfterSeconds = 30;

export function createBroadcast<Subject extends { workspaceId: number }, State extends object>(
  options: BroadcastOptions<Subject, State>,
): Broadcast<Subject> {
  // A socket and a few kilobytes each; a workspace gets a fifth, so that it cannot keep the others out.
  const { everyMs = 3000, beatMs = 15_000, most = 1000, mostOfWorkspace = 200 } = options;
  const channels = new Map<string, Channel<Subject>>();
  let isClosed = false;
  let listeners = 0;
  const byWorkspace = new Map<number, number>();

  function channelOf(subject: Subject): Channel<Subject> {
    const key = JSON.stringify(subject);
    const known = channels.get(key);
    if (known !== undefined) return known;
    const channel: Channel<Subject> = {
      ...{ subject, members: new Map(), last: undefined, counting: undefined, timer: undefined },
      beatAt: Date.now(),
    };
    channels.set(key, channel);
    return channel;
  }

  /** Counts, or waits for the count that is under way. */
  function count(channel: Channel<Subject>): Promise<{ data: string; state: string }> {
    channel.counting ??= options
      .read(channel.subject)
      .then((answer) => {
        const state = options.changing?.(answer) ?? answer;
        return { data: JSON.stringify(answer), state: JSON.stringify(state) };
      })
      .finally(() => {
        channel.counting = undefined;
      });
    return channel.counting;
  }

  async function tick(channel: Channel<Subject>): Promise<void> {
    for (const [listener, isAllowed] of channel.members) {
      if (!(await isAllowed().catch(() => false))) listener.end();
    }
    // While ClickHouse is away the stream stays: there is nothing new to tell.
    const found = await count(channel).catch(() => undefined);
    const isNews = found !== undefined && found.state !== channel.last?.state;
    if (isNews) channel.last = found;
    const isQuiet = Date.now() - channel.beatAt >= beatMs;
    for (const listener of channel.members.keys()) {
      if (isNews) listener.tell(found.data);
      else if (isQuiet) listener.beat();
    }
    if (isNews || isQuiet) channel.beatAt = Date.now();
  }

  function schedule(channel: Channel<Subject>): void {
    if (channel.timer !== undefined || channel.members.size === 0) return;
    channel.timer = setTimeout(() => {
      void tick(channel).finally(() => {
        channel.timer = undefined;
        schedule(channel);
      });
    }, everyMs);
    channel.timer.unref();
  }

  function join(channel: Channel<Subject>, isAllowed: () => Promise<boolean>): Listener {
    const { workspaceId } = channel.subject;
    const listener = new Listener(options.event);
    channel.members.set(listener, isAllowed);
    listener.once('close', () => {
      channel.members.delete(listener);
      leave(workspaceId);
      if (channel.members.size > 0) return;
      clearTimeout(channel.timer);
      channel.timer = undefined;
      const key = JSON.stringify(channel.subject);
      if (channels.get(key) === channel) channels.delete(key);
    });
    return listener;
  }

  function leave(workspaceId: number): void {
    listeners -= 1;
    const left = (byWorkspace.get(workspaceId) ?? 1) - 1;
    if (left === 0) byWorkspace.delete(workspaceId);
    else byWorkspace.set(workspaceId, left);
  }

  return {
    async listen(subject, isAllowed) {
      const { workspaceId } = subject;
      if (isClosed) throw new AppError('unavailable', undefined, { retryAfterSeconds: 2 });
      const own = byWorkspace.get(workspaceId) ?? 0;
      if (listeners >= most || own >= mostOfWorkspace)
        throw new AppError('rate_limited', undefined, { retryAfterSeconds });
      // Taken before the count, so that many who come at once are counted, too.
      listeners += 1;
      byWorkspace.set(workspaceId, own + 1);
      const channel = channelOf(subject);
      try {
        channel.last ??= await count(channel);
        if (isClosed) throw new AppError('unavailable', undefined, { retryAfterSeconds: 2 });
      } catch (error) {
        leave(workspaceId);
        if (channel.members.size === 0) channels.delete(JSON.stringify(subject));
        throw error;
      }
      channels.set(JSON.stringify(subject), channel);
      const listener = join(channel, isAllowed);
      listener.tell(channel.last.data);
      schedule(channel);
      return listener;
    },
    get listeners() {
      return listeners;
    },
    close() {
      isClosed = true;
      for (const { members, timer } of channels.values()) {
        clearTimeout(timer);
        for (const listener of members.keys()) listener.end();
      }
    },
  };
}
