import {
  ListQuery,
  PartnerStatement,
  PayoutMethodRecord,
  PortalBalance,
  PortalPayout,
  SetPayoutMethodRequest,
  SetThresholdRequest,
  StatementQuery,
  ThresholdRecord,
} from '@headwater/contract';
import Type from 'typebox';
import {
  findPayoutMethod,
  getStatement,
  listBalancesOfPartner,
  listPayoutsOfPartner,
  setOwnThreshold,
  setPayoutMethod,
  statementCsv,
  statementPdf,
} from '../billing/index.ts';
import { parseCurrency } from '../money/index.ts';
import { type Call, invariant, type PartnerPrincipal, type Route, reader } from '../platform/index.ts';
import type { PortalDeps } from './deps.ts';
import { getMine } from './own-program.ts';
import { portalData, portalFile, portalList } from './portal-route.ts';

const program = '/api/v1/portal/programs/:id';
const methodReader = reader(SetPayoutMethodRequest);
const thresholdReader = reader(SetThresholdRequest);
const file = Type.String({ format: 'binary' });

/** What a partner has, where it goes, and what was sent. */
export function moneyRoutes(deps: PortalDeps): Route[] {
  const { postgres, clock } = deps;
  const mineOf = (call: Call, me: PartnerPrincipal) => getMine(deps, me, call.params.id);
  const read = async (call: Call, me: PartnerPrincipal) => {
    const mine = await mineOf(call, me);
    const statement = await getStatement(postgres, mine.program, mine.partnerId, call.query);
    return { mine, statement: withoutTransactions(statement) };
  };
  const nameOf = ({ partner_id, from }: PartnerStatement, ending: string) =>
    `statement-${partner_id}-${from.slice(0, 10)}.${ending}`;
  return [
    portalList({
      path: `${program}/balances`,
      summary: 'What one has: pending, approved, available, on its way, paid; by currency',
      query: ListQuery,
      answer: PortalBalance,
      async handle(call, me) {
        const mine = await mineOf(call, me);
        const data = await listBalancesOfPartner(postgres, mine.program, mine.partnerId);
        return { data, next_cursor: null };
      },
    }),
    portalData({
      path: `${program}/payout-method`,
      summary: 'Where one’s money goes, masked',
      answer: Type.Union([PayoutMethodRecord, Type.Null()], { description: 'null: none was set yet' }),
      async handle(call, me) {
        const mine = await mineOf(call, me);
        return findPayoutMethod(deps, mine.program, mine.partnerId);
      },
    }),
    portalData({
      method: 'PUT',
      path: `${program}/payout-method`,
      summary: 'Say where one’s money goes; kept encrypted, read back masked',
      body: SetPayoutMethodRequest,
      answer: PayoutMethodRecord,
      async handle(call, me) {
        const mine = await mineOf(call, me);
        const request = methodReader.read(call.body);
        return setPayoutMethod(deps, mine.actor, mine.program, mine.partnerId, request);
      },
    }),
    portalData({
      method: 'PUT',
      path: `${program}/payout-threshold`,
      summary: 'Say from which balance on one wants to be paid; at least the program’s own threshold',
      body: SetThresholdRequest,
      answer: ThresholdRecord,
      async handle(call, me) {
        const mine = await mineOf(call, me);
        const request = thresholdReader.read(call.body);
        const currency = parseCurrency(request.currency);
        invariant(currency !== undefined, 'a currency that was checked is one');
        const wanted = { currency, minor: request.threshold_cents };
        return setOwnThreshold(deps, mine.actor, mine.program, mine.partnerId, wanted);
      },
    }),
    portalList({
      path: `${program}/payouts`,
      summary: 'The payouts one was sent or will be, newest first',
      query: ListQuery,
      answer: PortalPayout,
      async handle(call, me) {
        const mine = await mineOf(call, me);
        return listPayoutsOfPartner(postgres, mine.program, mine.partnerId, call.query);
      },
    }),
    portalData({
      path: `${program}/statement`,
      summary: 'What one was owed, earned and was paid in a period',
      query: StatementQuery,
      answer: PartnerStatement,
      handle: async (call, me) => (await read(call, me)).statement,
    }),
    portalFile({
      path: `${program}/statement/csv`,
      summary: 'One’s statement as CSV',
      query: StatementQuery,
      file: 'text/csv',
      answer: file,
      async handle(call, me) {
        const { statement } = await read(call, me);
        return { name: nameOf(statement, 'csv'), content: statementCsv(statement) };
      },
    }),
    portalFile({
      path: `${program}/statement/pdf`,
      summary: 'One’s statement as PDF',
      query: StatementQuery,
      file: 'application/pdf',
      answer: file,
      async handle(call, me) {
        const { statement } = await read(call, me);
        return { name: nameOf(statement, 'pdf'), content: await statementPdf(statement, clock.now()) };
      },
    }),
  ];
}

/** The program's ids of payments may name the customer: a partner knows a commission by its own number. */
function withoutTransactions(statement: PartnerStatement): PartnerStatement {
  return {
    ...statement,
    currencies: statement.currencies.map((part) => ({
      ...part,
      lines: part.lines.map((line) => ({ ...line, transaction_id: null })),
    })),
  };
}
