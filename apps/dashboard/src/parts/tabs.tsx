import { Link } from '@tanstack/react-router';

/** Pages that belong together, over each of them. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly { to: string; name: string }[] }) {
  return (
    <nav aria-label={label} className="mb-4 border-line border-b">
      <ul className="flex gap-5 overflow-x-auto">
        {tabs.map(({ to, name }) => (
          <li key={to}>
            <Link
              to={to}
              search={(old) => old}
              activeOptions={{ exact: true, includeSearch: false }}
              className="-mb-px block border-transparent border-b-2 py-2 font-medium text-ink-2 hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-ink"
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
