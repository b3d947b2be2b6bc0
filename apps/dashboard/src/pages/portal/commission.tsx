import type { PortalExplanation } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { portal } from '../../client/portal.ts';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { counted, dateTime, day, money, words } from '../../shell/format.ts';
import { useMyProgram } from './my-program.ts';
import { attributionText, changeText, clickReason, payableText, policyText, stepName } from './story.ts';

/** Why a commission is what it is. */
export function PortalCommission() {
  const { commissionId = '' } = useParams({ strict: false });
  const { time_zone: timeZone } = useMyProgram();
  const id = Number(commissionId);
  const query = useQuery({
    queryKey: ['portal', 'commission', id],
    queryFn: ({ signal }) => portal.explain(id, signal),
  });
  return (
    <>
      <p className="mb-1">
        <Link to="/partners/commissions" search={(old) => old} className="text-accent hover:underline">
          Commissions
        </Link>
      </p>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-xl tracking-tight">Commission #{commissionId}</h1>
        {query.data && (
          <Badge tone={toneOf(query.data.commission.status)}>{words(query.data.commission.status)}</Badge>
        )}
      </div>
      <Loading query={query} standIn={<Lines count={12} />}>
        {(found) => <Story found={found} timeZone={timeZone} />}
      </Loading>
    </>
  );
}

function Story({ found, timeZone }: { found: PortalExplanation; timeZone: string }) {
  const { commission, payment } = found;
  const kept = commission.amount_cents - commission.reversed_cents;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)] lg:items-start">
      <div className="space-y-4">
        <Card>
          <div className="px-4 py-4">
            <p className="num font-semibold text-3xl tracking-tight">{money(kept, commission.currency)}</p>
            {commission.reversed_cents > 0 && (
              <p className="num mt-0.5 text-ink-2">
                {money(commission.amount_cents, commission.currency)} earned,{' '}
                {money(commission.reversed_cents, commission.currency)} taken back
              </p>
            )}
            <p className="mt-2">{payableText(found, timeZone)}</p>
          </div>
        </Card>
        <Card title="Why it is yours">
          <ol className="space-y-0 px-4 py-3">
            {[...found.clicks].reverse().map((click) => (
              <Event
                key={`${click.clicked_at}${click.link}`}
                at={dateTime(click.clicked_at, timeZone)}
                isMain={click.counted}
              >
                Somebody clicked your link{click.link && <strong> {click.link}</strong>}
                {!click.counted && <span className="text-ink-2">. {clickReason(click.reason)}.</span>}
              </Event>
            ))}
            {found.other_clicks > 0 && (
              <Event at="">
                <span className="text-ink-2">
                  They also clicked {counted(found.other_clicks, 'link')} of other partners.
                </span>
              </Event>
            )}
            {payment ? (
              <Event at={dateTime(payment.paid_at, timeZone)} isMain>
                They paid {money(payment.amount_cents, payment.currency)}
                {payment.is_recurring && ' again'}
                {payment.refunded_cents > 0 && (
                  <span className="text-ink-2">
                    , and got {money(payment.refunded_cents, payment.currency)} back
                  </span>
                )}
              </Event>
            ) : (
              <Event at={dateTime(commission.earned_at, timeZone)} isMain>
                {found.earned_by === 'click' ? 'The click itself is paid' : 'They signed up'}
              </Event>
            )}
          </ol>
          {attributionText(found) && (
            <p className="border-line border-t px-4 py-3 text-ink-2">{attributionText(found)}</p>
          )}
        </Card>
        <Card title="What the books say">
          <ul className="divide-y divide-line">
            {found.changes.map((change, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: entries are never reordered
              <li key={index} className="flex items-baseline justify-between gap-4 px-4 py-2.5">
                <span className="min-w-0">
                  {changeText(change)}
                  <span className="block text-ink-3 text-xs">{day(change.at, timeZone)}</span>
                </span>
                <span className="num whitespace-nowrap font-medium">
                  {money(change.amount_cents, commission.currency)}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      </div>
      <div className="space-y-4">
        <Card title="By which terms">
          <ul className="space-y-1 px-4 py-3">
            {policyText(found).map((line) => (
              <li key={line}>{line}</li>
            ))}
            <li className="text-ink-3 text-xs">
              Group {found.policy.group}, version {found.policy.version}
            </li>
          </ul>
        </Card>
        {found.arithmetic.length > 0 && (
          <Card title="How it was reckoned">
            <dl className="space-y-2 px-4 py-3">
              {found.arithmetic.map((step) => (
                <div key={`${step.step}${step.text}`}>
                  <dt className="text-ink-2">{stepName(step.step)}</dt>
                  <dd className="num flex justify-between gap-3">
                    <code className="min-w-0 break-words font-mono text-ink-2 text-xs">{step.text}</code>
                    <span className="font-medium">{money(step.result, commission.currency)}</span>
                  </dd>
                </div>
              ))}
            </dl>
            <p className="border-line border-t px-4 py-2.5 text-ink-3 text-xs">
              In the smallest unit of the currency; rates in hundredths of a percent.
            </p>
          </Card>
        )}
      </div>
    </div>
  );
}

function Event({
  at,
  isMain = false,
  children,
}: {
  at: string;
  isMain?: boolean;
  children: React.ReactNode;
}) {
  return (
    <li className="relative flex gap-3 pb-4 before:absolute before:top-5 before:bottom-0 before:left-[5px] before:w-px before:bg-line last:pb-0 last:before:hidden">
      <span
        aria-hidden="true"
        className={`mt-1.5 size-[11px] flex-none rounded-full border-2 ${isMain ? 'border-accent bg-accent' : 'border-line-strong bg-surface'}`}
      />
      <div>
        <p>{children}</p>
        {at && <p className="text-ink-3 text-xs">{at}</p>}
      </div>
    </li>
  );
}
