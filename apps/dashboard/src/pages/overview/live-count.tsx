import { Link, useSearch } from '@tanstack/react-router';
import { count } from '../../shell/format.ts';
import { readSearch } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { useLive } from '../use-live.ts';

/** How many are on the website at this moment; the page about them is behind it. */
export function LiveCount({ subject }: { subject: Subject }) {
  const search = readSearch(useSearch({ strict: false }));
  const { answer, trouble } = useLive(subject);
  return (
    <Link
      to="/live"
      search={search}
      title={trouble?.message}
      className="flex h-8 min-w-24 items-center gap-2 rounded-md px-2 text-ink-2 hover:bg-sunken hover:text-ink"
    >
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${trouble || !answer ? 'bg-line-strong' : 'bg-good'}`}
      />
      <span className="num">{answer ? `${count(answer.visitors_now)} now` : '– now'}</span>
    </Link>
  );
}
