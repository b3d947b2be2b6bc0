import type { SignalItem } from '@headwater/contract';
import { Link } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { FactList } from '../../parts/facts.tsx';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { dateTime, money, words } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { useActorName } from '../actors.ts';
import { useNames } from '../names.ts';
import { evidenceFacts, rules } from './rules.ts';

/** Why a commission looks wrong, with the figures behind it, and the two things that can be done. */
export function Signal({ programId, signal }: { programId: number; signal: SignalItem }) {
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const name = useNames().get(String(signal.partner_id));
  const nameOf = useActorName();
  const { commission, dismissal } = signal;
  return (
    <li className="px-4 py-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <div className="flex flex-wrap items-center gap-2">
            <Badge
              tone={signal.status === 'dismissed' ? 'neutral' : signal.action === 'hold' ? 'bad' : 'warn'}
            >
              {rules[signal.rule].name}
            </Badge>
            {signal.status === 'open' && signal.action === 'hold' && commission.status === 'pending' && (
              <span className="text-ink-3 text-xs">Holds the commission</span>
            )}
          </div>
          <p className="mt-1.5 font-medium">{signal.reason}</p>
          <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2">
            <PartnerLink id={signal.partner_id} name={name} />
            <span className="num">{money(commission.amount_cents, commission.currency)}</span>
            <Badge tone={toneOf(commission.status)}>{words(commission.status)}</Badge>
            {commission.payment_id !== null && (
              <Link
                to="/payments/$paymentId"
                params={{ paymentId: String(commission.payment_id) }}
                search={(old) => old}
                className="text-accent hover:underline"
              >
                Payment {commission.payment_id} explained
              </Link>
            )}
          </p>
          {dismissal && (
            <p className="mt-1 text-ink-2">
              Dismissed {dateTime(dismissal.at, timeZone)} by {nameOf(dismissal.by)}: {dismissal.reason}
            </p>
          )}
        </div>
        <Acts programId={programId} signal={signal} />
      </div>
      <details className="mt-2">
        <summary className="cursor-pointer text-ink-2">Evidence</summary>
        <div className="mt-2 max-w-xl rounded-md border border-line">
          <FactList
            facts={[
              ...evidenceFacts(signal.evidence, timeZone),
              ['Found', dateTime(signal.found_at, timeZone)],
            ]}
          />
        </div>
      </details>
    </li>
  );
}

function Acts({ programId, signal }: { programId: number; signal: SignalItem }) {
  const { may } = useMe();
  const { commission } = signal;
  const canBeRejected = commission.status !== 'rejected' && commission.status !== 'reversed';
  if (signal.status === 'dismissed') return null;
  return (
    <div className="flex gap-2">
      {may('program:update') && (
        <Ask
          trigger="Dismiss"
          title="Is nothing wrong with it?"
          description="The signal stays readable with your reason. A hold of its own ends by its date."
          verb="Dismiss"
          act={({ reason = '' }) => moneyApi.dismissSignal(signal.id, reason)}
        >
          <ReasonField hint="Kept with the signal for ever." />
        </Ask>
      )}
      {may('commission:review') && canBeRejected && (
        <Ask
          trigger="Reject commission"
          look="danger"
          title="Reject this commission?"
          description={`The partner keeps nothing of ${money(
            commission.amount_cents - commission.reversed_cents,
            commission.currency,
          )}.`}
          verb="Reject"
          act={({ reason = '' }) =>
            api.reviewCommissions(programId, 'reject', [signal.commission_id], reason)
          }
        >
          <ReasonField hint="Kept with the commission for ever." />
        </Ask>
      )}
    </div>
  );
}
