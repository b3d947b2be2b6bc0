// The floors of the house: a room imports only from rooms below it, and only through their index.ts.
const floors = [
  'platform|money',
  'ledger|workspaces',
  'rates|mails|people',
  'attribution|models',
  'commissions',
  'touches',
  'customers',
  'payments',
  'reports|stripe|billing|webhooks|verify|fraud|simulate|erasure|retention|demo|imports|readiness|cli|health|portal|backup',
  'jobs|http',
];

const climbing = floors.slice(0, -1).map((rooms, floor) => ({
  name: `no-climbing-from-${rooms.replaceAll('|', '-')}`,
  comment: 'Imports go down the floors only (ARCHITECTURE.md).',
  severity: 'error',
  from: { path: `^apps/server/src/(${rooms})/` },
  to: { path: `^apps/server/src/(${floors.slice(floor + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...climbing,
    {
      name: 'through-the-door',
      comment: 'Another room is entered through its index.ts.',
      severity: 'error',
      from: { path: '^apps/server/src/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^apps/server/src/([^/]+)/',
        pathNot: ['^apps/server/src/$1/', '^apps/server/src/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'ledger-knows-nothing-of-workspaces',
      severity: 'error',
      from: { path: '^apps/server/src/ledger/' },
      to: { path: '^apps/server/src/workspaces/' },
    },
    {
      name: 'pure-rooms',
      comment: 'Attribution, models and money decide from what they are given: no stores, no clock.',
      severity: 'error',
      from: { path: '^apps/server/src/(attribution|models|money)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^apps/server/src/', pathNot: '^apps/server/src/(attribution|models|money)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'types'], exportsFields: ['exports'] },
  },
};
