import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { takeFingerprint } from './fingerprint.ts';
import { halfEven } from './laws/books.ts';
import { type Operation, operation } from './laws/operations.ts';
import { Play } from './laws/play.ts';
import { expectBalancedBooks } from './story.ts';
import { openTestServer, type TestServer } from './test-server.ts';

// Random stories, told to the server and to a simple model of what the contract says; both must end with the same books.
// HEADWATER_LAWS=<stories>[:<seed>] tells more of them, by default with a new seed, which a failure prints.
const [asked, givenSeed] = (process.env.HEADWATER_LAWS ?? '').split(':');
const stories = Number(asked || 130);
const seed = givenSeed ? Number(givenSeed) : asked ? Math.floor(Math.random() * 2 ** 31) : 20_260_615;
const longest = 120;

vi.setConfig({ testTimeout: 180_000 + stories * 5000 });

let server: TestServer;
let told = 0;
let operations = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

function query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return server.database.postgres.query<Row>(sql, values);
}

describe('after any sequence of operations', () => {
  it('the books are those of the contract', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: longest, size: 'max' }), async (list) => {
        const play = await tell(list);
        await expectSameBooks(play);
        await expectBalancedBooks(server);
        await expectKeptByFormula(play);
        await expectReplaysChangeNothing(play);
        await expectNothingToVerify();
        await expectNothingElseWouldHaveBeen(play);
      }),
      {
        numRuns: stories,
        seed,
        interruptAfterTimeLimit: 160_000 + stories * 5000,
        markInterruptAsFailure: true,
      },
    );
    expect(operations / stories).toBeGreaterThan(longest / 4);
  });
});

async function tell(list: readonly Operation[]): Promise<Play> {
  told += 1;
  const play = await Play.begin(server, `law${told}`);
  for (const one of list) await play.act(one);
  operations += list.length;
  return play;
}

/** Balances by account, partner and currency; and where each commission's money stands. */
async function expectSameBooks({ story, model, partnerIds }: Play): Promise<void> {
  const partner = (id: number | null) => (id === null ? null : partnerIds.indexOf(id));
  const rows = await query<{ account: string; partner_id: number | null; currency: string; amount: bigint }>(
    `select account, partner_id, currency, sum(amount_minor)::bigint as amount from ledger_entries
     where program_id = $1 group by 1, 2, 3 having sum(amount_minor) <> 0`,
    [story.programId],
  );
  const balances = rows.map((row) => [
    `${row.account} ${partner(row.partner_id) ?? '-'} ${row.currency}`,
    row.amount,
  ]);
  expect(Object.fromEntries(balances)).toEqual(Object.fromEntries(model.books.sums));

  const standings = await query<{ transaction_id: string | null; partner_id: number; line: string }>(
    `select p.transaction_id, c.partner_id, concat_ws(' ', c.type, c.amount_minor, c.currency, s.pending_minor,
       s.approved_minor, s.invoiced_minor, s.payout_minor, s.paid_minor) as line
     from commissions c join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id
     left join payments p on p.workspace_id = c.workspace_id and p.id = c.payment_id
     where c.program_id = $1`,
    [story.programId],
  );
  const lines = standings.map((row) => `${row.transaction_id ?? '-'} ${partner(row.partner_id)} ${row.line}`);
  const expected = [
    ...model.otherCommissions.map((commission) => ({ id: '-', commission })),
    ...model.payments.flatMap(({ id, commissions }) => commissions.map((commission) => ({ id, commission }))),
  ].map(({ id, commission: c }) =>
    [id, c.partner, c.type, c.amount, c.currency, c.pending, c.approved, c.invoiced, c.payout, c.paid].join(
      ' ',
    ),
  );
  expect(lines.sort()).toEqual(expected.sort());

  const invoices = await query<{ line: string }>(
    `select concat_ws(' ', extract(epoch from period_end)::bigint * 1000, currency, commission_minor, fee_minor,
       carried_minor) as line
     from invoices where program_id = $1 order by period_end, currency`,
    [story.programId],
  );
  expect(invoices.map(({ line }) => line)).toEqual(
    model.billing.invoices.map((one) =>
      [one.end, one.currency, one.commission, one.fee, one.carried].join(' '),
    ),
  );

  const payments = await query<{ id: string; amount: bigint; refunded: bigint }>(
    `select p.transaction_id as id, p.amount_minor as amount,
       coalesce((select sum(r.amount_minor) from refunds r where r.payment_id = p.id), 0)::bigint as refunded
     from payments p where p.program_id = $1 order by p.id`,
    [story.programId],
  );
  // Each id is there once: the model's list has it once.
  expect(payments).toEqual(model.payments.map(({ id, amount, refunded }) => ({ id, amount, refunded })));
  const customers = await query<{ key: string | null; status: string }>(
    'select customer_key as key, status from customers where program_id = $1 order by id',
    [story.programId],
  );
  expect(customers).toEqual(model.customers.map(({ key, status }) => ({ key, status })));
}

/** Without a draft everything would have been as it was. */
async function expectNothingElseWouldHaveBeen({ story }: Play): Promise<void> {
  const path = `/api/v1/programs/${story.programId}/simulate`;
  const { body } = await server.post(path, { from: '2020-01-01' }, server.key);
  const differences = body.data.partners.map((one: { difference_cents: number }) => one.difference_cents);
  expect(differences).toEqual(differences.map(() => 0));
}

/** Every commission and fee keeps its half-even part of what was not refunded: nothing at all of a refunded payment. */
async function expectKeptByFormula({ story }: Play): Promise<void> {
  const rows = await query<{
    paid: bigint;
    refunded: bigint;
    earned: bigint;
    kept: bigint;
    fee: bigint;
    fee_kept: bigint;
  }>(
    `select p.amount_minor as paid, coalesce(r.sum, 0)::bigint as refunded, (case when c.rejected_at is null then coalesce(c.amount_minor, 0) else 0 end)::bigint as earned,
       coalesce((select -sum(e.amount_minor) from ledger_entries e where e.commission_id = c.id and e.account like 'partner_%'), 0)::bigint as kept,
       coalesce(f.amount_minor, 0)::bigint as fee,
       coalesce((select -sum(e.amount_minor) from ledger_entries e where e.payment_id = p.id and e.account in ('fee_payable', 'fee_invoiced')), 0)::bigint as fee_kept
     from payments p
     left join lateral (select sum(amount_minor) from refunds r where r.payment_id = p.id) r on true
     left join commissions c on c.payment_id = p.id
     left join fees f on f.payment_id = p.id
     where p.program_id = $1`,
    [story.programId],
  );
  for (const { paid, refunded, earned, kept, fee, fee_kept } of rows) {
    expect(kept).toBe(halfEven(earned, paid - refunded, paid));
    expect(fee_kept).toBe(halfEven(fee, paid - refunded, paid));
    if (refunded === paid) expect([kept, fee_kept]).toEqual([0n, 0n]);
  }
}

/** The server's own proof agrees: every entry is where the facts say it belongs. */
/** What `headwater verify` reckons from the facts agrees as well. */
async function expectNothingToVerify(): Promise<void> {
  const { body } = await server.get('/api/v1/verify', server.key);
  expect(body.data).toMatchObject({ ok: true, fault: null });
}

async function expectReplaysChangeNothing({ story, sent, model, workspaceId }: Play): Promise<void> {
  const settled = model.payments.filter(({ source }) => source === 'sale').map(({ id }) => id);
  const before = await takeFingerprint(server.database.postgres, workspaceId);
  for (const body of sent.filter(({ transaction_id }) => settled.includes(transaction_id as string))) {
    const reply = await story.sale(body);
    expect(reply.status).toBe(409);
  }
  expect(await takeFingerprint(server.database.postgres, workspaceId)).toEqual(before);
}
