import { useDeferredValue, useState } from 'react';
import { settingsApi } from '../../client/settings.ts';
import { Card } from '../../parts/card.tsx';
import { Older, useCursorList } from '../../parts/cursor-table.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { dateTime } from '../../shell/format.ts';

/** Who changed money or settings. Each entry’s hash covers the one before, so none can be taken out unseen. */
export default function Audit() {
  const [text, setText] = useState('');
  const act = useDeferredValue(text.trim());
  const { query, rows: entries } = useCursorList(['audit', act], (cursor) => settingsApi.audit(act, cursor));
  return (
    <Card
      title="Audit log"
      aside={
        <SearchBox label="Act" placeholder="program.update" text={text} onText={setText} className="w-44" />
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
      <Older of={query} />
    </Card>
  );
}
