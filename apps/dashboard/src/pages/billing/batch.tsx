import type { BatchRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { moneyApi, oneByOne } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { type Choice, ChoiceBar, Chooser, useChoice } from '../../parts/choice.tsx';
import { amountColumn, asideColumn, statusColumn } from '../../parts/columns.tsx';
import { FactList } from '../../parts/facts.tsx';
import { Field } from '../../parts/field.tsx';
import { filled } from '../../parts/form.ts';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { SaveFile } from '../../parts/save-file.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { type Column, ListEnd, VirtualTable } from '../../parts/virtual-table.tsx';
import { counted, dateTime, money, words } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { useActorName } from '../actors.ts';
import { methodNames } from '../partners/method-names.ts';

type Payout = BatchRecord['lines'][number];
const isUnsettled = ({ status }: Payout) => status === 'processing';

export function Batch() {
  const { batchId } = useParams({ strict: false }) as { batchId: string };
  const id = Number(batchId);
  const query = useQuery({ queryKey: ['batch', id], queryFn: ({ signal }) => moneyApi.batch(id, signal) });
  return (
    <>
      <Link to="/payouts" search={(old) => old} className="mb-3 inline-block text-ink-2 hover:underline">
        ← Payouts
      </Link>
      <Loading query={query} standIn={<Lines count={10} />}>
        {(batch) => (
          <>
            <PageHead title={`Batch ${batch.id}: ${money(batch.total_cents, batch.currency)}`}>
              <Badge tone={toneOf(batch.status)}>
                {batch.status === 'pending' ? 'To be approved' : words(batch.status)}
              </Badge>
            </PageHead>
            <NextStep batch={batch} />
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
              <PayoutList batch={batch} />
              <div className="space-y-4">
                <Files batch={batch} />
                <Story batch={batch} />
              </div>
            </div>
          </>
        )}
      </Loading>
    </>
  );
}

/** What has to be done with it now, by whom. */
function NextStep({ batch }: { batch: BatchRecord }) {
  const { me, may } = useMe();
  const isMine = batch.created_by === `person ${me.person.id}`;
  if (batch.status === 'pending')
    return (
      <Step text={isMine ? 'You made it, so somebody else has to approve it.' : 'It waits for approval.'}>
        {may('payout:approve') && (
          <>
            <Ask
              trigger="Reject"
              look="danger"
              verb="Reject"
              title="Reject this batch?"
              description="Its money returns to the partners’ balances."
              act={({ reason = '' }) => moneyApi.stepBatch(batch.id, 'reject', { reason })}
            >
              <ReasonField hint="Kept with the batch." />
            </Ask>
            <Ask
              trigger="Approve"
              look="primary"
              verb="Approve"
              disabled={isMine}
              title={`Approve ${counted(batch.payouts, 'payout')}?`}
              description={`${money(batch.total_cents, batch.currency)} may then be sent. Two people stand behind every payout.`}
              act={() => moneyApi.stepBatch(batch.id, 'approve')}
            />
          </>
        )}
      </Step>
    );
  if (batch.status === 'approved')
    return (
      <Step text="Save its files, hand them in at your bank or provider, then say so here.">
        {may('billing:manage') && (
          <Ask
            trigger="It was handed in"
            look="primary"
            verb="It was handed in"
            title="Was the batch handed in?"
            description="From then on each payout waits to arrive, or to fail."
            act={() => moneyApi.stepBatch(batch.id, 'start')}
          />
        )}
      </Step>
    );
  if (batch.status === 'processing')
    return <Step text="Choose the payouts that arrived, and those that failed." />;
  return null;
}

function Step({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2 rounded-md bg-accent-soft px-3 py-2">
      <p className="mr-auto text-accent">{text}</p>
      {children}
    </div>
  );
}

function PayoutList({ batch }: { batch: BatchRecord }) {
  const { may } = useMe();
  const choice = useChoice();
  const open = batch.lines.filter(isUnsettled);
  const maySettle = may('billing:manage') && open.length > 0;
  const columns = useMemo(
    () => columnsOf(batch.currency, maySettle ? choice : undefined),
    [batch.currency, maySettle, choice],
  );
  const chosen = open.filter(({ id }) => choice.chosen.has(id));
  const total = money(
    chosen.reduce((sum, { amount_cents }) => sum + amount_cents, 0),
    batch.currency,
  );
  return (
    <Card title="Payouts">
      {maySettle && (
        <ChoiceBar choice={choice} ids={open.map(({ id }) => id)} label="Choose all that are on their way">
          <Ask
            trigger="Failed"
            look="danger"
            verb="They failed"
            disabled={chosen.length === 0}
            title={`${counted(chosen.length, 'payout')} failed?`}
            description={`${total} returns to the balances, and is in the next batch.`}
            act={({ reason = '' }) =>
              oneByOne(chosen, ({ id }) => moneyApi.settlePayout(id, 'fail', { reason }))
            }
            onDone={choice.clear}
          >
            <ReasonField hint="What the bank or the provider said." />
          </Ask>
          <Ask
            trigger="Arrived"
            look="primary"
            verb="They arrived"
            disabled={chosen.length === 0}
            title={`${counted(chosen.length, 'payout')} arrived?`}
            description={`${total} was paid to partners.`}
            act={(fields) =>
              oneByOne(chosen, ({ id }) => moneyApi.settlePayout(id, 'complete', filled(fields)))
            }
            onDone={choice.clear}
          >
            <Field
              label="Reference"
              name="reference"
              maxLength={255}
              autoFocus
              hint="Optional: of the bank or the provider."
            />
          </Ask>
        </ChoiceBar>
      )}
      <VirtualTable label="Payouts" columns={columns} rows={batch.lines} keyOf={({ id }) => String(id)} />
      <ListEnd>{counted(batch.lines.length, 'payout')}</ListEnd>
    </Card>
  );
}

const fileNames: Readonly<Record<string, string>> = {
  paypal: 'PayPal payouts',
  wise_email: 'Wise, by email',
  wise_iban: 'Wise, by IBAN',
  bank_transfer: 'Bank transfers',
  stripe: 'Stripe transfers',
};

function Files({ batch }: { batch: BatchRecord }) {
  const { may } = useMe();
  const hasFiles =
    batch.status === 'approved' || batch.status === 'processing' || batch.status === 'completed';
  if (!hasFiles || !may('billing:manage')) return null;
  return (
    <Card title="Files">
      <ul className="divide-y divide-line">
        {batch.files.map(({ format, payouts, parts }) => (
          <li key={format} className="flex flex-wrap items-center gap-2 px-4 py-2.5">
            <span className="mr-auto">
              {fileNames[format] ?? words(format)}{' '}
              <span className="text-ink-3 text-xs">{counted(payouts, 'payout')}</span>
            </span>
            {Array.from({ length: parts }, (_, index) => index + 1).map((part) => (
              <SaveFile
                key={part}
                name={`batch-${batch.id}-${format}${parts > 1 ? `-${part}` : ''}.csv`}
                file={() => moneyApi.batchFile(batch.id, format, parts > 1 ? part : undefined)}
              >
                {parts > 1 ? `Part ${part}` : 'Save'}
              </SaveFile>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Story({ batch }: { batch: BatchRecord }) {
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const nameOf = useActorName();
  const isRejected = batch.status === 'rejected';
  return (
    <Card title="Who did what">
      <FactList
        facts={[
          ['Made', dateTime(batch.created_at, timeZone)],
          ['By', nameOf(batch.created_by)],
          ...(batch.decided_at === null
            ? []
            : ([
                [isRejected ? 'Rejected' : 'Approved', dateTime(batch.decided_at, timeZone)],
                ['By', nameOf(batch.decided_by ?? '')],
              ] as const)),
          ...(batch.reason === null ? [] : [['Reason', batch.reason] as const]),
        ]}
      />
    </Card>
  );
}

function columnsOf(currency: string, choice: Choice | undefined): Column<Payout>[] {
  return [
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1.2fr)' },
      cell: ({ row: { original: one } }) => (
        <Chooser
          choice={choice}
          id={one.id}
          name={`payout ${one.id} to ${one.partner}`}
          isOff={!isUnsettled(one)}
        >
          <PartnerLink id={one.partner_id} name={one.partner} />
        </Chooser>
      ),
    },
    asideColumn('By', '7.5rem', (one) => methodNames[one.method]),
    asideColumn('Reference', 'minmax(0,1fr)', (one) => one.reason ?? one.reference ?? ''),
    statusColumn('7rem', {
      nameOf: (one) => (one.status === 'processing' ? 'On its way' : words(one.status)),
    }),
    amountColumn('Amount', '7rem', (one) => money(one.amount_cents, currency)),
  ];
}
