/** The pages about partners, over each of them. */
export const partnerTabs = [
  { to: '/program/partners', name: 'Partners' },
  { to: '/groups', name: 'Groups and terms' },
] as const;
