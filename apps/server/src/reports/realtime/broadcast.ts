import type { RealtimeAnswer } from '@headwater/contract';
import { AppError } from '../../platform/index.ts';
import type { Subject } from '../subject.ts';
import { Listener } from './listener.ts';

/**
 * Tells listeners of a website or program what happens there.
 *
 *   counted   once every few seconds for all who listen to the same, and for nobody when nobody does
 *   told      only when something changed; otherwise now and then a comment
 *   asked     before each telling whether every listener may still know: a key that was revoked ends its streams
 */
export interface Broadcast {
  /**
   * A stream that begins with what is now. `isAllowed` is asked again and again.
   * @throws AppError 429 when too many listen, 503 when this process is stopping; whatever the first count throws
   */
  listen(subject: Subject, isAllowed: () => Promise<boolean>): Promise<Listener>;
  readonly listeners: number;
  /** Ends every stream, and takes no more. */
  close(): void;
}

export interface BroadcastOptions {
  read(subject: Subject): Promise<RealtimeAnswer>;
  everyMs?: number;
  beatMs?: number;
  mostOfWorkspace?: number;
  most?: number;
}

interface Channel {
  subject: Subject;
  members: Map<Listener, () => Promise<boolean>>;
  /** What was told last, and what of it counts as a change. */
  last: { data: string; state: string } | undefined;
  counting: Promise<{ data: string; state: string }> | undefined;
  timer: NodeJS.Timeout | undefined;
  beatAt: number;
}

const retryAfterSeconds = 30;

export function createBroadcast(options: BroadcastOptions): Broadcast {
  // A socket and a few kilobytes each; a workspace gets a fifth, so that it cannot keep the others out.
  const { everyMs = 3000, beatMs = 15_000, most = 1000, mostOfWorkspace = 200 } = options;
  const channels = new Map<string, Channel>();
  let isClosed = false;
  let listeners = 0;
  const byWorkspace = new Map<number, number>();

  function channelOf(subject: Subject): Channel {
    const key = JSON.stringify(subject);
    const known = channels.get(key);
    if (known !== undefined) return known;
    const channel: Channel = {
      ...{ subject, members: new Map(), last: undefined, counting: undefined, timer: undefined },
      beatAt: Date.now(),
    };
    channels.set(key, channel);
    return channel;
  }

  /** Counts, or waits for the count that is under way. */
  function count(channel: Channel): Promise<{ data: string; state: string }> {
    channel.counting ??= options
      .read(channel.subject)
      .then((answer) => {
        const { at: _at, lag_seconds: _lag, ...state } = answer;
        return { data: JSON.stringify(answer), state: JSON.stringify(state) };
      })
      .finally(() => {
        channel.counting = undefined;
      });
    return channel.counting;
  }

  async function tick(channel: Channel): Promise<void> {
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

  function schedule(channel: Channel): void {
    if (channel.timer !== undefined || channel.members.size === 0) return;
    channel.timer = setTimeout(() => {
      void tick(channel).finally(() => {
        channel.timer = undefined;
        schedule(channel);
      });
    }, everyMs);
    channel.timer.unref();
  }

  function join(channel: Channel, isAllowed: () => Promise<boolean>): Listener {
    const { workspaceId } = channel.subject;
    const listener = new Listener();
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
