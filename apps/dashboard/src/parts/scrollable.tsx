import type { ReactNode } from 'react';

/** What may be wider than its place: it scrolls by itself, with the keyboard too. */
export function Scrollable({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: else only a mouse could scroll it
    <section aria-label={label} tabIndex={0} className="overflow-x-auto focus-visible:-outline-offset-2">
      {children}
    </section>
  );
}
