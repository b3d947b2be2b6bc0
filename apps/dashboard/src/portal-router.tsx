import { type AnyRoute, createRoute, redirect } from '@tanstack/react-router';
import { type PortalSearch, readPortalSearch } from './pages/portal/search.ts';
import { lazyRouteComponent } from './shell/load.ts';

/** The partners' pages: a tree of their own beside the founder's, with a frame of their own, loaded when it is opened. */
export function portalRoutes<Root extends AnyRoute>(root: Root) {
  const outside = <Path extends string>(path: Path, name: 'PortalSignIn' | 'PortalInvitation') =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(() => import('./pages/portal/outside.tsx'), name),
    });
  const join = createRoute({
    getParentRoute: () => root,
    path: '/join/$slug',
    component: lazyRouteComponent(() => import('./pages/portal/join.tsx'), 'Join'),
  });
  const shell = createRoute({
    getParentRoute: () => root,
    id: 'portal',
    component: lazyRouteComponent(() => import('./pages/portal/portal-shell.tsx'), 'PortalShell'),
    validateSearch: (raw: Record<string, unknown>): PortalSearch => readPortalSearch(raw),
  });
  const home = createRoute({
    getParentRoute: () => shell,
    path: '/partners',
    component: lazyRouteComponent(() => import('./pages/portal/home.tsx'), 'PortalHome'),
  });
  const links = createRoute({
    getParentRoute: () => shell,
    path: '/partners/links',
    component: lazyRouteComponent(() => import('./pages/portal/links.tsx'), 'PortalLinks'),
  });
  const commissions = createRoute({
    getParentRoute: () => shell,
    path: '/partners/commissions',
    component: lazyRouteComponent(() => import('./pages/portal/commissions.tsx'), 'PortalCommissions'),
  });
  const commission = createRoute({
    getParentRoute: () => shell,
    path: '/partners/commissions/$commissionId',
    beforeLoad: ({ params }) => {
      if (!/^\d{1,10}$/.test(params.commissionId)) throw redirect({ to: '/partners/commissions' });
    },
    component: lazyRouteComponent(() => import('./pages/portal/commission.tsx'), 'PortalCommission'),
  });
  const payouts = createRoute({
    getParentRoute: () => shell,
    path: '/partners/payouts',
    component: lazyRouteComponent(() => import('./pages/portal/payouts.tsx'), 'PortalPayouts'),
  });
  const settings = createRoute({
    getParentRoute: () => shell,
    path: '/partners/settings',
    component: lazyRouteComponent(() => import('./pages/portal/settings.tsx'), 'PortalSettings'),
  });
  return [
    outside('/partners/sign-in', 'PortalSignIn'),
    outside('/partners/invitation', 'PortalInvitation'),
    join,
    shell.addChildren([home, links, commissions, commission, payouts, settings]),
  ] as const;
}
