import type { RealtimeAnswer } from '@headwater/contract';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { country, money } from '../../shell/format.ts';

type Latest = RealtimeAnswer['latest'][number];

const kinds: Readonly<Record<Latest['type'], { name: string; tone: Tone }>> = {
  pageview: { name: 'Page', tone: 'neutral' },
  custom: { name: 'Event', tone: 'accent' },
  click: { name: 'Click', tone: 'accent' },
  lead: { name: 'Sign-up', tone: 'warn' },
  payment: { name: 'Payment', tone: 'good' },
};

/** What was done last, the latest above. By whom is nobody's business here. */
export function Happening({ answer, timeZone }: { answer: RealtimeAnswer; timeZone: string }) {
  const time = new Intl.DateTimeFormat(navigator.language, { timeStyle: 'medium', timeZone });
  return (
    <ol aria-label="What was done last" className="divide-y divide-line">
      {answer.latest.map((one, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: two may do the same at the same instant
          key={`${one.at} ${one.type} ${one.text} ${index}`}
          className="flex min-h-10 items-center gap-3 px-4 py-1.5"
        >
          <time dateTime={one.at} className="num w-22 flex-none text-ink-3 text-xs">
            {time.format(new Date(one.at))}
          </time>
          <span className="w-18 flex-none">
            <Badge tone={kinds[one.type].tone}>{kinds[one.type].name}</Badge>
          </span>
          <span className="min-w-0 flex-1 truncate font-medium" title={one.text}>
            {said(one)}
          </span>
          <span className="max-w-36 flex-none truncate text-ink-2 text-xs">
            {[one.source, one.country && country(one.country)].filter(Boolean).join(' · ')}
          </span>
        </li>
      ))}
    </ol>
  );
}

function said({ type, text, amount_cents: amount, currency }: Latest): string {
  switch (type) {
    case 'payment':
      return money(amount, currency);
    case 'lead':
      return 'Somebody signed up';
    case 'click':
      return 'Came by a partner’s link';
    default:
      return text;
  }
}
