import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { NotFound, PageFailure } from './parts/states.tsx';
import { portalRoutes } from './portal-router.tsx';
import { readSearch, type Search } from './shell/search.ts';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailure });

// Each page is a file of its own, loaded when it is opened or pointed at.
const outside = (
  path: '/sign-in' | '/first-owner' | '/invitation' | '/new-password',
  name: 'SignIn' | 'FirstOwner' | 'Invitation' | 'NewPassword',
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(() => import('./pages/outside.tsx'), name),
  });

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  validateSearch: (raw: Record<string, unknown>): Search => readSearch(raw),
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'Overview'),
});
const payments = createRoute({
  getParentRoute: () => shell,
  path: '/payments',
  component: lazyRouteComponent(() => import('./pages/payments/payments.tsx'), 'Payments'),
});
const payment = createRoute({
  getParentRoute: () => shell,
  path: '/payments/$paymentId',
  beforeLoad: ({ params }) => {
    if (!/^\d{1,15}$/.test(params.paymentId)) throw redirect({ to: '/payments' });
  },
  component: lazyRouteComponent(() => import('./pages/payments/payment.tsx'), 'Payment'),
});
const commissions = createRoute({
  getParentRoute: () => shell,
  path: '/commissions',
  component: lazyRouteComponent(() => import('./pages/commissions.tsx'), 'Commissions'),
});
const partners = createRoute({
  getParentRoute: () => shell,
  path: '/program/partners',
  component: lazyRouteComponent(() => import('./pages/partners.tsx'), 'Partners'),
});
const models = createRoute({
  getParentRoute: () => shell,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/models.tsx'), 'Models'),
});
const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  component: lazyRouteComponent(() => import('./pages/people.tsx'), 'People'),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'Account'),
});

const applications = createRoute({
  getParentRoute: () => shell,
  path: '/applications',
  component: lazyRouteComponent(() => import('./pages/applications/applications.tsx'), 'Applications'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    outside('/sign-in', 'SignIn'),
    outside('/first-owner', 'FirstOwner'),
    outside('/invitation', 'Invitation'),
    outside('/new-password', 'NewPassword'),
    shell.addChildren([
      overview,
      payments,
      payment,
      commissions,
      partners,
      applications,
      models,
      people,
      account,
    ]),
    ...portalRoutes(root),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
