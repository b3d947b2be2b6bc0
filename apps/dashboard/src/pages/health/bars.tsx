import type { Health } from '@headwater/contract';
import { counted, tick } from '../../shell/format.ts';

/** A bar a minute. Few and simple: no need of a chart's engine. */
export function Bars({ minutes, timeZone }: { minutes: Health['ingest']['minutes']; timeZone: string }) {
  const most = Math.max(1, ...minutes.map(({ events }) => events));
  const first = minutes[0];
  const last = minutes.at(-1);
  return (
    <figure>
      <div aria-hidden="true" className="flex h-24 items-end gap-px">
        {minutes.map(({ at, events }) => (
          <div
            key={at}
            title={`${tick(at, timeZone)}: ${counted(events, 'event')}`}
            className={`min-w-0 flex-1 rounded-t-sm ${events > 0 ? 'bg-accent' : 'bg-line'}`}
            style={{ height: `${Math.max(2, (events / most) * 100)}%` }}
          />
        ))}
      </div>
      <figcaption className="mt-1 flex justify-between text-ink-3 text-xs">
        <span>{first && tick(first.at, timeZone)}</span>
        <span>At most {counted(most, 'event')} a minute</span>
        <span>{last && tick(last.at, timeZone)}</span>
      </figcaption>
    </figure>
  );
}
