import { Link, Navigate, useParams } from '@tanstack/react-router';
import { type ComponentType, Suspense, useEffect, useRef } from 'react';
import { PageHead } from '../../parts/card.tsx';
import { Empty } from '../../parts/states.tsx';
import { lazyPart } from '../../shell/load.ts';
import { PagePending } from '../../shell/pending.tsx';
import { useMe } from '../../shell/session.ts';

/** Each section is loaded when it is opened. `scope`: without it there is nothing to see. */
const sections = [
  { id: 'program', name: 'Program', scope: 'program:read', page: lazyPart(() => import('./program.tsx')) },
  { id: 'keys', name: 'Tokens and keys', scope: 'program:read', page: lazyPart(() => import('./keys.tsx')) },
  { id: 'websites', name: 'Websites', scope: 'program:list', page: lazyPart(() => import('./websites.tsx')) },
  {
    id: 'webhooks',
    name: 'Webhooks',
    scope: 'webhook:manage',
    page: lazyPart(() => import('./webhooks.tsx')),
  },
  { id: 'stripe', name: 'Stripe', scope: 'program:read', page: lazyPart(() => import('./stripe.tsx')) },
  { id: 'mail', name: 'Mail', scope: 'billing:manage', page: lazyPart(() => import('./mail.tsx')) },
  { id: 'privacy', name: 'Privacy', scope: 'person:manage', page: lazyPart(() => import('./privacy.tsx')) },
  { id: 'audit', name: 'Audit log', scope: 'program:read', page: lazyPart(() => import('./audit.tsx')) },
] as const satisfies readonly { id: string; name: string; scope: string; page: ComponentType }[];

export function Settings() {
  const { section: asked } = useParams({ strict: false }) as { section?: string };
  const { may } = useMe();
  const section = sections.find(({ id }) => id === asked);
  const list = useRef<HTMLUListElement>(null);
  // On a phone the list is wider than the screen: the section that is open is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another section is another place in the list
  useEffect(() => {
    const link = list.current?.querySelector<HTMLElement>('[aria-current=page]');
    const around = list.current?.parentElement;
    if (link && around) around.scrollLeft = link.offsetLeft - around.clientWidth / 2 + link.offsetWidth / 2;
  }, [asked]);
  if (section === undefined)
    return <Navigate to="/settings/$section" params={{ section: 'program' }} search={(old) => old} replace />;
  const Page = section.page;
  return (
    <>
      <PageHead title="Settings" />
      <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <nav aria-label="Settings" className="overflow-x-auto">
          <ul ref={list} className="flex gap-1 pb-1 lg:flex-col">
            {sections.map(({ id, name }) => (
              <li key={id} className="flex-none">
                <Link
                  to="/settings/$section"
                  params={{ section: id }}
                  search={(old) => old}
                  activeOptions={{ includeSearch: false }}
                  className="flex h-8 items-center rounded-md px-2.5 text-ink-2 hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-ink"
                >
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 space-y-4">
          {may(section.scope) ? (
            <Suspense fallback={<PagePending />}>
              <Page />
            </Suspense>
          ) : (
            <Empty title="Your role does not show this">
              An owner of the workspace can change your role.
            </Empty>
          )}
        </div>
      </div>
    </>
  );
}
