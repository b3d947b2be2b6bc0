import type { RealtimeAnswer } from '@headwater/contract';
import { useEffect, useState } from 'react';
import { followLive } from '../client/live.ts';
import type { Subject } from '../shell/session.ts';

/** What happens now at a website or program; nobody is asked while the page is not looked at. */
export function useLive({ key }: Subject): {
  answer: RealtimeAnswer | undefined;
  trouble: Error | undefined;
} {
  const [state, setState] = useState<{ of: string; answer?: RealtimeAnswer; trouble?: Error }>();
  const of = JSON.stringify(key);
  useEffect(() => {
    let ended = new AbortController();
    const begin = () => {
      ended.abort();
      if (document.hidden) return;
      ended = new AbortController();
      const told = {
        onAnswer: (answer: RealtimeAnswer) => setState((old) => ({ ...old, of, answer })),
        onTrouble: (trouble: Error | undefined) =>
          setState((old) => {
            const answer = old?.of === of ? old.answer : undefined;
            return { of, ...(answer ? { answer } : {}), ...(trouble ? { trouble } : {}) };
          }),
      };
      void followLive(JSON.parse(of), told, ended.signal);
    };
    begin();
    document.addEventListener('visibilitychange', begin);
    return () => {
      document.removeEventListener('visibilitychange', begin);
      ended.abort();
    };
  }, [of]);
  const own = state?.of === of ? state : undefined;
  return { answer: own?.answer, trouble: own?.trouble };
}
