import { expect } from 'vitest';
import { applyStripeEvents, type EventOutcome, type StripeEvent } from '../../src/stripe/index.ts';
import { type Story, type StoryOptions, tellStory } from '../story.ts';
import { type TestServer, testHasher } from '../test-server.ts';
import { start } from './objects.ts';

/** A program that Stripe tells of its payments, and what its books say. */
export interface StripeStory extends Story {
  apply(...events: StripeEvent[]): Promise<EventOutcome>;
  /** By transaction id: the payment's explanation. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into explanations of every shape
  explained(transactionId: string): Promise<any>;
  payments(): Promise<PaymentLine[]>;
  commissions(): Promise<CommissionLine[]>;
  /** Customers who signed up or paid. */
  customers(): Promise<CustomerLine[]>;
  /** Account balances that are not zero. */
  balances(): Promise<Record<string, number>>;
}

export interface PaymentLine {
  transactionId: string;
  amount: number;
  refunded: number;
  isTest: boolean;
}

export interface CustomerLine {
  key: string | null;
  email: string | null;
  status: string;
  leadAt: Date | null;
  convertedAt: Date | null;
  payments: number;
}

export interface CommissionLine {
  transactionId: string;
  partner: string;
  amount: number;
  status: string;
  kept: number;
}

let stories = 0;

/** Time of the partners' clicks: a day before the first payment. */
export const clickTime = new Date((start - 86_400) * 1000);

export async function tellStripeStory(server: TestServer, options: StoryOptions = {}): Promise<StripeStory> {
  server.clock.set(clickTime);
  const story = await tellStory(server, options);
  stories += 1;
  const { postgres } = server.database;
  const fees = { feeBps: 0, feeFreeMinor: 0n };
  return {
    ...story,
    async apply(...events) {
      let outcome: EventOutcome | undefined;
      for (const one of events) {
        const program = await server.server.directory.findProgram(story.programId);
        expect(program).toBeDefined();
        [outcome] = await postgres.transaction((trx) =>
          applyStripeEvents(
            trx,
            { clock: server.clock, hasher: testHasher, fees },
            program as NonNullable<typeof program>,
            [one],
          ),
        );
      }
      return outcome as EventOutcome;
    },
    async explained(transactionId) {
      const [row] = await postgres.query<{ id: bigint }>(
        'select id from payments where program_id = $1 and transaction_id = $2 and not is_test',
        [story.programId, transactionId],
      );
      expect(row, `payment ${transactionId}`).toBeDefined();
      const reply = await story.explain(Number(row?.id));
      expect(reply.status).toBe(200);
      return reply.body.data;
    },
    payments: () =>
      postgres.query<PaymentLine>(
        `select transaction_id as "transactionId", amount_minor::int as amount, is_test as "isTest",
           coalesce((select sum(r.amount_minor) from refunds r
             where r.payment_id = p.id and r.undone_at is null), 0)::int as refunded
         from payments p where program_id = $1 order by occurred_at, transaction_id`,
        [story.programId],
      ),
    commissions: () =>
      postgres.query<CommissionLine>(
        `select p.transaction_id as "transactionId", r.name as partner, c.amount_minor::int as amount, s.status,
           (c.amount_minor - s.reversed_minor)::int as kept
         from commissions c
         join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id
         join payments p on p.id = c.payment_id
         join partners r on r.id = c.partner_id
         where c.program_id = $1 and c.superseded_at is null
         order by p.occurred_at, p.transaction_id, r.name`,
        [story.programId],
      ),
    customers: () =>
      postgres.query<CustomerLine>(
        `select customer_key as key, email_masked as email, status, lead_at as "leadAt", converted_at as "convertedAt",
           (select count(*)::int from payments p where p.customer_id = c.id) as payments
         from customers c where program_id = $1 and status <> 'click'
         order by customer_key, email_masked, converted_at, lead_at`,
        [story.programId],
      ),
    async balances() {
      const rows = await postgres.query<{ account: string; amount: number }>(
        `select concat_ws(' ', e.account, r.name) as account, sum(e.amount_minor)::int as amount
         from ledger_entries e left join partners r on r.id = e.partner_id
         where e.program_id = $1 group by 1 having sum(e.amount_minor) <> 0 order by 1`,
        [story.programId],
      );
      return Object.fromEntries(rows.map(({ account, amount }) => [account, amount]));
    },
  };
}

/** A code that no other story has. */
export function ownCode(name: string): string {
  return `${name}-${stories}`;
}
