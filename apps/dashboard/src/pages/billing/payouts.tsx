import type { BatchItem, CreatedBatch, PartnerBalance, ThresholdRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../client/index.ts';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { CursorTable, useCursorList } from '../../parts/cursor-table.tsx';
import { Field, Select } from '../../parts/field.tsx';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import type { Column } from '../../parts/virtual-table.tsx';
import { count, counted, day, majorText, minorOf, money, words } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { sumsOf } from './sums.ts';

export function Payouts() {
  return (
    <NeedsProgram title="Payouts">
      {({ id, currency }) => <PayoutPage programId={id} currency={currency} />}
    </NeedsProgram>
  );
}

function PayoutPage({ programId, currency }: { programId: number; currency: string }) {
  const { may } = useMe();
  const balances = useQuery({
    queryKey: ['balances', programId],
    queryFn: ({ signal }) => api.balances(programId, signal),
  });
  const thresholds = useQuery({
    queryKey: ['thresholds', programId],
    queryFn: ({ signal }) => moneyApi.thresholds(programId, signal),
  });
  const [made, setMade] = useState<CreatedBatch>();
  const owed = (balances.data ?? []).filter(({ available_cents }) => available_cents !== 0);
  const mayPay = may('billing:manage');
  return (
    <>
      <PageHead title="Payouts">
        {mayPay && (
          <>
            <Threshold programId={programId} currency={currency} known={thresholds.data ?? []} />
            <MakeBatch programId={programId} owed={owed} known={thresholds.data ?? []} onMade={setMade} />
          </>
        )}
      </PageHead>
      {made && <Made batch={made} />}
      <div className="space-y-4">
        <Batches programId={programId} />
        <Card title="Available to partners" aside={<ThresholdNote known={thresholds.data ?? []} />}>
          <Loading query={balances} standIn={<Lines />}>
            {() =>
              owed.length === 0 ? (
                <Empty title="Nothing is available">
                  What was billed to the program becomes available to its partners.
                </Empty>
              ) : (
                <Balances owed={owed} />
              )
            }
          </Loading>
        </Card>
      </div>
    </>
  );
}

function Balances({ owed }: { owed: PartnerBalance[] }) {
  return (
    <Rows
      label="Available to partners"
      rows={owed}
      keyOf={({ partner_id, currency }) => `${partner_id}${currency}`}
      columns={[
        {
          header: 'Partner',
          isHead: true,
          cell: (one) => <PartnerLink id={one.partner_id} name={one.partner} />,
        },
        {
          header: 'In a payout',
          isRight: true,
          from: 'sm',
          cell: (one) => <span className="text-ink-2">{money(one.processing_cents, one.currency)}</span>,
        },
        {
          header: 'Paid so far',
          isRight: true,
          from: 'md',
          cell: (one) => <span className="text-ink-2">{money(one.paid_cents, one.currency)}</span>,
        },
        {
          header: 'Available',
          isRight: true,
          cell: (one) => <span className="font-medium">{money(one.available_cents, one.currency)}</span>,
        },
      ]}
    />
  );
}

function ThresholdNote({ known }: { known: readonly ThresholdRecord[] }) {
  const some = known.filter(({ threshold_cents }) => threshold_cents > 0);
  if (some.length === 0) return null;
  const texts = some.map(({ threshold_cents, currency }) => money(threshold_cents, currency));
  return <span className="text-ink-3 text-xs">Paid from {texts.join(', ')} on</span>;
}

/** What a new batch has, and whom it left out. */
function Made({ batch }: { batch: CreatedBatch }) {
  return (
    <p role="status" className="mb-4 rounded-md bg-accent-soft px-3 py-2 text-accent">
      {`Batch ${batch.id} has ${counted(batch.payouts, 'payout')} of ${money(batch.total_cents, batch.currency)}; somebody else has to approve it.`}
      {batch.skipped.length > 0 &&
        ` ${counted(batch.skipped.length, 'partner')} left out: we do not know where to send their money.`}
    </p>
  );
}

function MakeBatch({
  programId,
  owed,
  known,
  onMade,
}: {
  programId: number;
  owed: PartnerBalance[];
  known: readonly ThresholdRecord[];
  onMade: (batch: CreatedBatch) => void;
}) {
  const from = (currency: string) =>
    Math.max(1, known.find((one) => one.currency === currency)?.threshold_cents ?? 0);
  const payable = owed.filter(({ available_cents, currency }) => available_cents >= from(currency));
  const currencies = [...new Set(payable.map(({ currency }) => currency))];
  return (
    <Ask
      trigger="Pay partners"
      look="primary"
      disabled={currencies.length === 0}
      title="Pay partners"
      description="Everybody at or above the threshold is in. The money is set apart at once; a second person approves it before it is sent."
      verb="Make the batch"
      act={({ currency = '' }) => moneyApi.makeBatch(programId, currency)}
      onDone={onMade}
    >
      <Select label="Currency" name="currency">
        {currencies.map((one) => {
          const ones = payable.filter(({ currency }) => currency === one);
          return (
            <option key={one} value={one}>
              {one}: {sumsOf(ones, ({ available_cents }) => available_cents)} to{' '}
              {counted(ones.length, 'partner')}
            </option>
          );
        })}
      </Select>
    </Ask>
  );
}

function Threshold({
  programId,
  currency,
  known,
}: {
  programId: number;
  currency: string;
  known: readonly ThresholdRecord[];
}) {
  const now = known.find((one) => one.currency === currency)?.threshold_cents ?? 0;
  return (
    <Ask
      trigger="Threshold"
      title="From which balance on to pay"
      description="Smaller balances wait until they have grown. It acts on the next batch."
      verb="Save"
      act={({ amount = '' }) =>
        moneyApi.setThreshold(programId, { currency, threshold_cents: minorOf(amount, currency) })
      }
    >
      <Field
        label={`Threshold in ${currency}`}
        name="amount"
        type="number"
        min="0"
        step="any"
        required
        autoFocus
        defaultValue={majorText(now, currency)}
      />
    </Ask>
  );
}

function Batches({ programId }: { programId: number }) {
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const list = useCursorList(['batches', programId], (cursor, signal) =>
    moneyApi.batches(programId, { cursor, limit: 100 }, signal),
  );
  return (
    <Card title="Batches">
      <CursorTable
        label="Payout batches"
        list={list}
        columns={columnsOf(timeZone)}
        noun="batch"
        empty={{
          title: 'Nothing was paid out yet',
          text: 'A batch has a payout for each partner who is due one.',
        }}
      />
    </Card>
  );
}

function columnsOf(timeZone: string): Column<BatchItem>[] {
  return [
    {
      id: 'batch',
      header: 'Batch',
      meta: { width: 'minmax(0,1fr)' },
      cell: ({ row: { original: one } }) => (
        <Link
          to="/payouts/$batchId"
          params={{ batchId: String(one.id) }}
          search={(old) => old}
          className="font-medium hover:underline"
        >
          Batch {one.id}
        </Link>
      ),
    },
    asideColumn('Made', '9rem', (one) => day(one.created_at, timeZone)),
    {
      id: 'payouts',
      header: 'Payouts',
      meta: { width: '6rem', isRight: true, isWideOnly: true },
      cell: ({ row: { original: one } }) => count(one.payouts),
    },
    statusColumn('9rem', {
      nameOf: (one) => (one.status === 'pending' ? 'To be approved' : words(one.status)),
    }),
    amountColumn('Total', '8rem', (one) => money(one.total_cents, one.currency)),
  ];
}
