import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { readCohortSearch } from './pages/cohorts/shown.ts';
import { readCountrySearch } from './pages/countries/measures.ts';
import { readFunnelSearch } from './pages/funnels/steps.ts';
import { readJourneySearch } from './pages/journeys/journey-search.ts';
import { NotFound, PageFailure } from './parts/states.tsx';
import { portalRoutes } from './portal-router.tsx';
import { lazyRouteComponent } from './shell/load.ts';
import { PagePending } from './shell/pending.tsx';
import { readSearch, type Search } from './shell/search.ts';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailure });

/** Whether it names one thing, by its number. */
const isNumber = (text: string) => /^\d{1,15}$/.test(text);

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
const live = createRoute({
  getParentRoute: () => shell,
  path: '/live',
  component: lazyRouteComponent(() => import('./pages/live/live.tsx'), 'Live'),
});
const funnels = createRoute({
  getParentRoute: () => shell,
  path: '/funnels',
  validateSearch: readFunnelSearch,
  component: lazyRouteComponent(() => import('./pages/funnels/funnels.tsx'), 'Funnels'),
});
const goals = createRoute({
  getParentRoute: () => shell,
  path: '/goals',
  component: lazyRouteComponent(() => import('./pages/goals/goals.tsx'), 'Goals'),
});
const journeys = createRoute({
  getParentRoute: () => shell,
  path: '/journeys',
  validateSearch: readJourneySearch,
  component: lazyRouteComponent(() => import('./pages/journeys/journeys.tsx'), 'Journeys'),
});
const cohorts = createRoute({
  getParentRoute: () => shell,
  path: '/cohorts',
  validateSearch: readCohortSearch,
  component: lazyRouteComponent(() => import('./pages/cohorts/cohorts.tsx'), 'Cohorts'),
});
const countries = createRoute({
  getParentRoute: () => shell,
  path: '/countries',
  validateSearch: readCountrySearch,
  component: lazyRouteComponent(() => import('./pages/countries/countries.tsx'), 'Countries'),
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
    if (!isNumber(params.paymentId)) throw redirect({ to: '/payments' });
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
  component: lazyRouteComponent(() => import('./pages/partners/partners.tsx'), 'Partners'),
});
const partner = createRoute({
  getParentRoute: () => shell,
  path: '/program/partners/$partnerId',
  beforeLoad: ({ params }) => {
    if (!isNumber(params.partnerId)) throw redirect({ to: '/program/partners' });
  },
  component: lazyRouteComponent(() => import('./pages/partners/partner.tsx'), 'Partner'),
});
const links = createRoute({
  getParentRoute: () => shell,
  path: '/links',
  component: lazyRouteComponent(() => import('./pages/links/links.tsx'), 'Links'),
});
const groups = createRoute({
  getParentRoute: () => shell,
  path: '/groups',
  component: lazyRouteComponent(() => import('./pages/groups/groups.tsx'), 'Groups'),
});
const group = createRoute({
  getParentRoute: () => shell,
  path: '/groups/$groupId',
  beforeLoad: ({ params }) => {
    if (!isNumber(params.groupId)) throw redirect({ to: '/groups' });
  },
  component: lazyRouteComponent(() => import('./pages/groups/group.tsx'), 'Group'),
});
const invoices = createRoute({
  getParentRoute: () => shell,
  path: '/invoices',
  component: lazyRouteComponent(() => import('./pages/billing/invoices.tsx'), 'Invoices'),
});
const invoice = createRoute({
  getParentRoute: () => shell,
  path: '/invoices/$invoiceId',
  beforeLoad: ({ params }) => {
    if (!isNumber(params.invoiceId)) throw redirect({ to: '/invoices' });
  },
  component: lazyRouteComponent(() => import('./pages/billing/invoice.tsx'), 'Invoice'),
});
const payouts = createRoute({
  getParentRoute: () => shell,
  path: '/payouts',
  component: lazyRouteComponent(() => import('./pages/billing/payouts.tsx'), 'Payouts'),
});
const batch = createRoute({
  getParentRoute: () => shell,
  path: '/payouts/$batchId',
  beforeLoad: ({ params }) => {
    if (!isNumber(params.batchId)) throw redirect({ to: '/payouts' });
  },
  component: lazyRouteComponent(() => import('./pages/billing/batch.tsx'), 'Batch'),
});
const fraud = createRoute({
  getParentRoute: () => shell,
  path: '/fraud',
  component: lazyRouteComponent(() => import('./pages/fraud/fraud.tsx'), 'Fraud'),
});
const models = createRoute({
  getParentRoute: () => shell,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/models.tsx'), 'Models'),
});
const integrate = createRoute({
  getParentRoute: () => shell,
  path: '/integrate',
  component: lazyRouteComponent(() => import('./pages/integrate/integrate.tsx'), 'Integrate'),
});
const health = createRoute({
  getParentRoute: () => shell,
  path: '/health',
  component: lazyRouteComponent(() => import('./pages/health/health.tsx'), 'Health'),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});
const settingsSection = createRoute({
  getParentRoute: () => shell,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});
const stripeReturn = createRoute({
  getParentRoute: () => root,
  path: '/stripe-return',
  component: lazyRouteComponent(() => import('./pages/settings/stripe-return.tsx'), 'StripeReturn'),
});
const cliLogin = createRoute({
  getParentRoute: () => root,
  path: '/cli-login/$requestId',
  component: lazyRouteComponent(() => import('./pages/cli-login.tsx'), 'CliLogin'),
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
    cliLogin,
    stripeReturn,
    shell.addChildren([
      overview,
      live,
      funnels,
      goals,
      journeys,
      cohorts,
      countries,
      payments,
      payment,
      commissions,
      partners,
      partner,
      links,
      groups,
      group,
      invoices,
      invoice,
      payouts,
      batch,
      fraud,
      applications,
      models,
      integrate,
      health,
      settings,
      settingsSection,
      people,
      account,
    ]),
    ...portalRoutes(root),
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
