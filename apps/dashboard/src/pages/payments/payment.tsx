import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, type Explanation } from '../../client/index.ts';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { FactList } from '../../parts/facts.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { dateTime, day, money, percent, words } from '../../shell/format.ts';
import { useSubject } from '../../shell/session.ts';
import { isFromTheStart, termsText } from '../groups/terms-text.ts';
import { useNames } from '../names.ts';
import { accountName, identifierName, type Step, storyOf, verdictOf } from './story.ts';

export function Payment() {
  const { paymentId } = useParams({ strict: false }) as { paymentId: string };
  const names = useNames();
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const query = useQuery({
    queryKey: ['explain', paymentId],
    queryFn: ({ signal }) => api.explain(Number(paymentId), signal),
  });
  // A verification has a partner of its own, who is nobody afterwards.
  const stranger = (id: number) =>
    query.data?.payment.is_test ? 'the verification partner' : `partner ${id}`;
  const nameOf = (id: number) => names.get(String(id)) ?? stranger(id);
  return (
    <>
      <Link to="/payments" search={(old) => old} className="mb-3 inline-block text-ink-2 hover:underline">
        ← Payments
      </Link>
      <Loading query={query} standIn={<Lines count={10} />}>
        {(one) => (
          <>
            <PageHead title={money(one.payment.amount_cents, one.payment.currency)}>
              {one.payment.is_test && <Badge tone="accent">Test</Badge>}
              {one.commission && (
                <Badge tone={toneOf(one.commission.status)}>
                  Commission {words(one.commission.status).toLowerCase()}
                </Badge>
              )}
            </PageHead>
            <p className="-mt-2 mb-5 max-w-3xl text-base text-ink-2">{verdictOf(one, nameOf)}</p>
            <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
              <Card title="What happened">
                <Timeline steps={storyOf(one, nameOf)} timeZone={timeZone} />
              </Card>
              <div className="space-y-4">
                <Evidence one={one} />
                <Terms one={one} timeZone={timeZone} />
                <Facts one={one} timeZone={timeZone} />
              </div>
            </div>
            <Ledger one={one} nameOf={nameOf} timeZone={timeZone} />
          </>
        )}
      </Loading>
    </>
  );
}

const dots: Readonly<Record<Step['tone'], string>> = {
  touch: 'bg-surface border-ink-3',
  lost: 'bg-surface border-line-strong',
  won: 'bg-accent border-accent',
  money: 'bg-good border-good',
  back: 'bg-bad border-bad',
  decision: 'bg-surface border-accent',
};

function Timeline({ steps, timeZone }: { steps: Step[]; timeZone: string }) {
  return (
    <ol className="px-4 py-4">
      {steps.map((step, index) => (
        <li key={`${step.at}${step.title}`} className="relative pb-5 pl-6 last:pb-0">
          {index < steps.length - 1 && (
            <span aria-hidden="true" className="absolute top-3 bottom-[-0.25rem] left-[5px] w-px bg-line" />
          )}
          <span
            aria-hidden="true"
            className={`absolute top-[0.3rem] left-0 size-[11px] rounded-full border-2 ${dots[step.tone]}`}
          />
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <h3 className={step.tone === 'lost' ? 'text-ink-2' : 'font-semibold'}>{step.title}</h3>
            <time dateTime={step.at} className="num text-ink-3 text-xs">
              {dateTime(step.at, timeZone)}
            </time>
          </div>
          <p className="mt-0.5 break-words text-ink-2">{step.text}</p>
        </li>
      ))}
    </ol>
  );
}

function Evidence({ one: { attribution } }: { one: Explanation }) {
  if (!attribution) return null;
  return (
    <Card title="How the customer was known">
      {attribution.evidence.length === 0 ? (
        <p className="p-4 text-ink-2">By nothing that leads to a partner.</p>
      ) : (
        <FactList
          isMono
          facts={attribution.evidence.map(({ kind, value }) => [identifierName(kind), value])}
        />
      )}
      {attribution.warnings.map(({ code, text }) => (
        <p key={code} className="mx-4 mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn">
          {text}
        </p>
      ))}
    </Card>
  );
}

function Terms({
  one: { policy, arithmetic, payment, commission, fee },
  timeZone,
}: {
  one: Explanation;
  timeZone: string;
}) {
  if (!policy && arithmetic.length === 0) return null;
  return (
    <Card title="What it comes to">
      {policy && (
        <p className="px-4 pt-3 text-ink-2">
          Group <strong className="text-ink">{policy.group}</strong>, terms {policy.version}:{' '}
          {termsText(policy, commission?.currency ?? payment.currency)}
          {isFromTheStart(policy.effective_from)
            ? '.'
            : `, in force since ${day(policy.effective_from, timeZone)}.`}
        </p>
      )}
      <table className="mt-2 mb-2 w-full">
        <caption className="sr-only">Arithmetic</caption>
        <tbody>
          {arithmetic.map(({ step, text, result }) => (
            <tr key={`${step}${text}`}>
              <th scope="row" className="px-4 py-1.5 text-left align-top font-normal text-ink-2">
                {words(step)}
              </th>
              <td className="num px-2 py-1.5 text-right align-top font-mono text-ink-3 text-xs leading-5">
                {text}
              </td>
              <td className="num whitespace-nowrap px-4 py-1.5 text-right align-top font-medium">
                {money(result, payment.currency)}
              </td>
            </tr>
          ))}
          {fee && (
            <tr>
              <th scope="row" className="px-4 py-1.5 text-left font-normal text-ink-2">
                Platform fee
              </th>
              <td className="num px-2 py-1.5 text-right text-ink-3 text-xs">
                {percent(fee.bps / 10_000, 2)}
              </td>
              <td className="num px-4 py-1.5 text-right font-medium">
                {money(fee.amount_cents, payment.currency)}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {commission?.status === 'pending' && (
        <p className="border-line border-t px-4 py-2.5 text-ink-2">
          Held until {day(commission.hold_until, timeZone)}.
        </p>
      )}
    </Card>
  );
}

function Facts({ one: { payment, attribution }, timeZone }: { one: Explanation; timeZone: string }) {
  const facts: [string, string][] = [
    ['Payment', `#${payment.id}`],
    ['Transaction', payment.transaction_id],
    ...payment.other_ids.map((id): [string, string] => ['Also known as', id]),
    ['Received', dateTime(payment.received_at, timeZone)],
    ...(attribution ? [['Model', words(attribution.model)] as [string, string]] : []),
  ];
  return (
    <Card title="Facts">
      <FactList facts={facts} />
    </Card>
  );
}

function Ledger({
  one: { ledger },
  nameOf,
  timeZone,
}: {
  one: Explanation;
  nameOf: (id: number) => string;
  timeZone: string;
}) {
  return (
    <Card title="Ledger" className="mt-4" aside={<LedgerSum ledger={ledger} />}>
      {ledger.length === 0 ? (
        <Empty title="Nothing was booked">Test payments move no money.</Empty>
      ) : (
        <Rows
          label="Ledger entries"
          isTight
          rows={ledger}
          keyOf={(entry) => entry.entry_id}
          columns={[
            {
              header: 'Booked',
              cell: (entry) => (
                <span className="num whitespace-nowrap text-ink-2">{dateTime(entry.at, timeZone)}</span>
              ),
            },
            { header: 'Account', cell: (entry) => accountName(entry.account) },
            {
              header: 'Partner',
              cell: (entry) => (
                <span className="text-ink-2">
                  {entry.partner_id === null ? '' : nameOf(entry.partner_id)}
                </span>
              ),
            },
            {
              header: 'Amount',
              isRight: true,
              cell: (entry) => (
                <span className="font-medium">{money(entry.amount_cents, entry.currency)}</span>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}

/** What the entries come to, added up here: that they come to nothing is for the reader to see, not to believe. */
function LedgerSum({ ledger }: Pick<Explanation, 'ledger'>) {
  const sums = new Map<string, number>();
  for (const { currency, amount_cents } of ledger)
    sums.set(currency, (sums.get(currency) ?? 0) + amount_cents);
  const open = [...sums].filter(([, sum]) => sum !== 0);
  if (open.length === 0) return <span className="text-ink-3 text-xs">Sums to zero</span>;
  const text = open.map(([currency, sum]) => money(sum, currency)).join(', ');
  return <span className="font-medium text-bad text-xs">Off by {text}</span>;
}
