import type { RealtimeAnswer } from '@headwater/contract';
import { Card, PageHead } from '../../parts/card.tsx';
import { Empty, Failure, Lines, Stale } from '../../parts/states.tsx';
import { count, country, money, percent } from '../../shell/format.ts';
import type { Subject } from '../../shell/session.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import { useLive } from '../use-live.ts';
import { Happening } from './happening.tsx';

export function Live() {
  return <NeedsSubject>{(subject) => <Now subject={subject} />}</NeedsSubject>;
}

/** What happens at this moment: who is there, what they look at, and what was done last. */
function Now({ subject }: { subject: Subject }) {
  const { answer, trouble } = useLive(subject);
  if (!answer)
    return (
      <>
        <PageHead title="Live" />
        <Card>{trouble ? <Failure error={trouble} /> : <Lines count={12} />}</Card>
      </>
    );
  return (
    <>
      <PageHead title="Live">
        <span className="text-ink-3 text-xs">The last 30 minutes, as they pass</span>
      </PageHead>
      {trouble && <Stale error={trouble} />}
      <Card className="mb-4">
        <div className="grid gap-x-8 gap-y-4 p-4 md:grid-cols-[auto_minmax(0,1fr)]">
          <div>
            <p className="flex items-center gap-2 font-medium text-ink-2">
              <span
                aria-hidden="true"
                className={`size-2 rounded-full ${trouble ? 'bg-line-strong' : 'bg-good'}`}
              />
              On the website now
            </p>
            <p className="num font-semibold text-5xl tracking-tight">{count(answer.visitors_now)}</p>
            <p className="mt-1 text-ink-3 text-xs">did something in the last five minutes</p>
          </div>
          <Minutes answer={answer} />
        </div>
        <Sums answer={answer} />
      </Card>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="What happens" className="min-w-0">
          {answer.latest.length === 0 ? <Quiet /> : <Happening answer={answer} timeZone={subject.timeZone} />}
        </Card>
        <div className="min-w-0 space-y-4">
          <Top title="Pages" rows={answer.pages} nameOf={(key) => key || '/'} />
          <Top title="Sources" rows={answer.sources} nameOf={(key) => key || 'Direct'} />
          <Top title="Countries" rows={answer.countries} nameOf={(key) => (key ? country(key) : 'Unknown')} />
          {answer.goals.length > 0 && <Top title="Goals" rows={answer.goals} nameOf={(key) => key} />}
        </div>
      </div>
    </>
  );
}

function Quiet() {
  return (
    <Empty title="It is quiet">
      What visitors do is shown here a moment after they did it, without reloading.
    </Empty>
  );
}

/** Visitors minute by minute: simple bars, since they change every few seconds. */
function Minutes({ answer: { minutes } }: { answer: RealtimeAnswer }) {
  const most = Math.max(1, ...minutes.map(({ visitors }) => visitors));
  return (
    <div>
      <figure
        aria-label={`Visitors by the minute: at most ${most}, ${minutes.at(-1)?.visitors ?? 0} in the current one`}
        className="flex h-20 items-end gap-[3px]"
      >
        {minutes.map(({ minute, visitors, pageviews }, index) => (
          <span
            key={minute}
            title={`${minutes.length - 1 - index} minutes ago: ${count(visitors)} visitors, ${count(pageviews)} page views`}
            className={`min-w-0 flex-1 rounded-t-sm ${visitors > 0 ? 'bg-accent' : 'bg-line'} ${index === minutes.length - 1 ? 'opacity-50' : ''}`}
            style={{ height: visitors > 0 ? `${Math.max(6, (visitors / most) * 100)}%` : '2px' }}
          />
        ))}
      </figure>
      <p aria-hidden="true" className="mt-1 flex justify-between text-ink-3 text-xs">
        <span>30 minutes ago</span>
        <span>now</span>
      </p>
    </div>
  );
}

function Sums({ answer }: { answer: RealtimeAnswer }) {
  const others = answer.other_currencies.map(
    ({ currency, revenue_cents }) => ` + ${money(revenue_cents, currency)}`,
  );
  const sums = [
    ['Visitors', count(answer.visitors)],
    ['Page views', count(answer.pageviews)],
    ['Sign-ups', count(answer.leads)],
    ['Payments', count(answer.payments)],
    ['Revenue', money(answer.revenue_cents, answer.currency) + others.join('')],
  ];
  return (
    <dl className="grid grid-cols-2 border-line border-t sm:grid-cols-5">
      {sums.map(([name, value]) => (
        <div key={name} className="px-4 py-2.5">
          <dt className="text-ink-2 text-xs">{name}</dt>
          <dd className="num font-semibold text-base">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Top({
  title,
  rows,
  nameOf,
}: {
  title: string;
  rows: readonly { key: string; visitors: number }[];
  nameOf: (key: string) => string;
}) {
  const whole = rows.reduce((sum, { visitors }) => sum + visitors, 0);
  const most = Math.max(1, ...rows.map(({ visitors }) => visitors));
  return (
    <Card title={title} aside={<span className="text-ink-3 text-xs">Visitors</span>}>
      {rows.length === 0 ? (
        <p className="p-4 text-ink-2">Nobody in the last half hour.</p>
      ) : (
        <ol className="py-1.5">
          {rows.slice(0, 6).map(({ key, visitors }) => (
            <li key={key} className="relative flex h-8 items-center justify-between gap-3 px-4">
              <span
                aria-hidden="true"
                className="absolute inset-y-0.5 left-2 rounded bg-accent-soft"
                style={{ width: `calc(${(visitors / most) * 82}% - 0.5rem)` }}
              />
              <span className="relative min-w-0 truncate" title={nameOf(key)}>
                {nameOf(key)}
              </span>
              <span className="num relative flex-none">
                {count(visitors)}{' '}
                <span className="ml-1 inline-block w-10 text-right text-ink-3 text-xs">
                  {percent(visitors / (whole || 1), 0)}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
