import type { RealtimeAnswer } from '@headwater/contract';
import { ApiError, send } from './http.ts';
import { insight, type SubjectKey } from './insight.ts';
import { pause, readEvents } from './stream.ts';

const pollMs = 5_000;
// A stream tells at once what is now; one that does not was stopped on its way.
const firstMs = 6_000;
// Then the server says something every 15 seconds, if only that it is still there.
const silenceMs = 25_000;

interface Told {
  onAnswer(answer: RealtimeAnswer): void;
  /** Undefined: it goes on. */
  onTrouble(error: Error | undefined): void;
}

/**
 * What happens now, until the signal ends it. By the server's stream; where that cannot be had or has broken off, one answer is
 * asked for before the stream is tried again, so a proxy that lets no stream through costs the second's precision and no more.
 */
export async function followLive(key: SubjectKey, told: Told, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await readStream(key, told, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && !error.passes) return told.onTrouble(error);
    }
    if (signal.aborted) return;
    try {
      told.onAnswer(await insight.realtime(key, { signal }));
      told.onTrouble(undefined);
    } catch (error) {
      if (signal.aborted) return;
      told.onTrouble(error as Error);
      if (error instanceof ApiError && !error.passes) return;
    }
    await pause(pollMs, signal);
  }
}

async function readStream(key: SubjectKey, { onAnswer, onTrouble }: Told, outer: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([outer, silence.signal]);
  let timer = setTimeout(() => silence.abort(), firstMs);
  const hear = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMs);
  };
  const tell = (answer: RealtimeAnswer) => {
    onAnswer(answer);
    onTrouble(undefined);
  };
  try {
    const reply = await send('GET', '/api/v1/reports/realtime/stream', { query: { ...key }, signal });
    await readEvents(reply, tell, hear);
  } finally {
    clearTimeout(timer);
  }
}
