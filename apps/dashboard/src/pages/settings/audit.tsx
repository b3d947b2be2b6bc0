import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { settingsApi } from '../../client/settings.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { dateTime } from '../../shell/format.ts';

/** Who changed money or settings. Each entry’s hash covers the one before, so none can be taken out unseen. */
export default function Audit() {
  const [text, setText] = useState('');
  const act = useDeferredValue(text.trim());
  const query = useInfiniteQuery({
    queryKey: ['audit', act],
    queryFn: ({ pageParam }) => settingsApi.audit(act, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const entries = query.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card
      title="Audit log"
      aside={
        <input
          type="search"
          aria-label="Act"
          placeholder="program.update"
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="h-8 w-44 rounded-md border border-line bg-surface px-2.5 placeholder:text-ink-3"
        />
      }
    >
      <Loading query={query} standIn={<Lines count={8} />}>
        {() =>
          entries.length === 0 ? (
            <p className="p-4 text-ink-2">No act is like that.</p>
          ) : (
            <ul className="divide-y divide-line">
              {entries.map((entry) => (
                <li key={entry.seq} className="px-4 py-2.5">
                  <details>
                    <summary className="cursor-pointer">
                      <span className="font-medium">{entry.act.replace('.', ': ').replaceAll('_', ' ')}</span>{' '}
                      <span className="text-ink-2">{entry.subject}</span>
                    </summary>
                    <pre className="mt-1 whitespace-pre-wrap break-all font-mono text-ink-2 text-xs">
                      {JSON.stringify(entry.details, null, 2)}
                    </pre>
                    <p className="mt-1 break-all font-mono text-ink-3 text-xs">
                      {entry.seq} · {entry.hash}
                    </p>
                  </details>
                  <p className="text-ink-3 text-xs">
                    {entry.actor}, {dateTime(entry.at)}
                    {entry.reason && `: ${entry.reason}`}
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
      {query.hasNextPage && (
        <div className="p-3">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Older
          </Button>
        </div>
      )}
    </Card>
  );
}
