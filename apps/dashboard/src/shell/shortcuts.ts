import { useEffect, useState } from 'react';
import type { Place } from './places.ts';

/** What the keyboard asked for: to go anywhere, or which keys there are. */
export type Asked = 'palette' | 'keys';

const secondKeyMs = 1200;

/** `g` then a page's letter goes there; Ctrl or Command with K opens the palette, `?` the list of keys. */
export function useShortcuts(places: readonly Place[]): [Asked | undefined, (asked?: Asked) => void] {
  const [asked, ask] = useState<Asked>();
  useEffect(() => {
    let wasG = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        ask((now) => (now === 'palette' ? undefined : 'palette'));
        return;
      }
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest('[role="dialog"]')) return;
      if (event.key === '?') ask('keys');
      if (event.key === 'g') {
        wasG = event.timeStamp;
        return;
      }
      const place = places.find(({ key }) => key === event.key);
      if (place && event.timeStamp - wasG < secondKeyMs)
        document.querySelector<HTMLAnchorElement>(`nav a[data-key="${place.key}"]`)?.click();
      wasG = Number.NEGATIVE_INFINITY;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [places]);
  return [asked, ask];
}
