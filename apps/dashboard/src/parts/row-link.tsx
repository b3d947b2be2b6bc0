import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/**
 * A link in a row of a long table. As the router's own, which reckons with every address of the site each time it is drawn;
 * this one waits until it is followed. What the page is about goes along.
 */
export function RowLink({ to, className, children }: { to: string; className: string; children: ReactNode }) {
  const { history } = useRouter();
  return (
    <a
      href={to + location.search}
      className={className}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        history.push(to + location.search);
      }}
    >
      {children}
    </a>
  );
}
