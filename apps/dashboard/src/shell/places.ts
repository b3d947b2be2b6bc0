import type { Role } from '@headwater/contract';

/** Under which head a page stands, in this order. */
export const groups = ['Reports', 'Money', 'Program', 'Set-up'] as const;

/**
 * The pages that can be gone to: the navigation, the palette and the shortcuts (`g`, then `key`) are all made of this list.
 * A letter is one page's alone; `g` is taken.
 */
export const places = [
  { to: '/', name: 'Overview', key: 'o', group: 'Reports' },
  { to: '/live', name: 'Live', key: 'l', group: 'Reports' },
  { to: '/funnels', name: 'Funnels', key: 'f', group: 'Reports' },
  { to: '/goals', name: 'Goals', key: 't', group: 'Reports' },
  { to: '/journeys', name: 'Journeys', key: 'j', group: 'Reports' },
  { to: '/cohorts', name: 'Cohorts', key: 'r', group: 'Reports' },
  { to: '/countries', name: 'Countries', key: 'w', group: 'Reports' },
  { to: '/models', name: 'Models', key: 'm', group: 'Reports' },
  { to: '/payments', name: 'Payments', key: 'p', group: 'Money' },
  { to: '/commissions', name: 'Commissions', key: 'c', group: 'Money' },
  { to: '/invoices', name: 'Invoices', key: 'b', group: 'Money' },
  { to: '/payouts', name: 'Payouts', key: 'y', group: 'Money' },
  { to: '/program/partners', name: 'Partners', key: 'a', group: 'Program' },
  { to: '/applications', name: 'Applications', key: 'q', group: 'Program' },
  { to: '/links', name: 'Links', key: 'k', group: 'Program' },
  { to: '/groups', name: 'Terms', key: 'n', group: 'Program' },
  { to: '/fraud', name: 'Fraud', key: 'd', group: 'Program' },
  { to: '/integrate', name: 'Integrate', key: 'i', group: 'Set-up' },
  { to: '/health', name: 'Health', key: 'h', group: 'Set-up' },
  { to: '/people', name: 'People', key: 'e', group: 'Set-up' },
  { to: '/settings', name: 'Settings', key: 's', group: 'Set-up' },
] as const;
export type Place = (typeof places)[number];

const ofManagers: readonly Place['to'][] = ['/health', '/people'];

/** Those that somebody of the role can use: the server refuses others what is on the rest. */
export function placesOf(role: Role): readonly Place[] {
  if (role === 'owner' || role === 'admin') return places;
  return places.filter(({ to }) => !ofManagers.includes(to));
}
