import type { Explanation, LedgerEntry, VisitContext } from './headwater.ts';
import { identifiers, models, money, payingPayments, percent, reasons, sentence } from './words.ts';

type Decided = NonNullable<Explanation['attribution']>;

/** One step of how Headwater came to its answer. */
export interface Step {
  title: string;
  detail: string;
  /** ISO 8601; null when the step has no moment of its own. */
  at: string | null;
  verdict: 'won' | 'lost' | null;
}

/** Headwater's explanation of a payment as a story, in the order it happened: pure, from the API's answer alone. */
export function tellStory(explanation: Explanation, nameOf: (partnerId: number) => string): Step[] {
  const { attribution, visit, policy, arithmetic, commission } = explanation;
  const currency = explanation.payment.currency;
  const steps: Step[] = [];
  if (visit !== null) steps.push(step('Arrived', describeVisit(visit)));
  const clicks = [...(attribution?.candidates ?? [])].sort((a, b) =>
    a.clicked_at.localeCompare(b.clicked_at),
  );
  for (const click of clicks) {
    const why = click.reason === null ? '' : (reasons[click.reason] ?? click.reason);
    steps.push({
      title: `Clicked ${nameOf(click.partner_id)}’s link`,
      detail: click.outcome === 'won' ? 'This click is credited.' : `Not credited: ${why}.`,
      at: click.clicked_at,
      verdict: click.outcome,
    });
  }
  steps.push({
    ...step('Paid', money(explanation.payment.amount_cents, currency)),
    at: explanation.payment.occurred_at,
  });
  if (attribution !== null) {
    const known = recognised(attribution);
    if (known !== null) steps.push(step('Recognised', known));
    steps.push(step('Decided', describeDecision(attribution)));
  }
  if (policy !== null) {
    const rate =
      policy.rate_bps === undefined
        ? `${money(policy.fixed_cents ?? 0, currency)} fixed`
        : percent(policy.rate_bps);
    const when = payingPayments(policy.type, policy.duration_months);
    steps.push(step('Terms', `Group ${policy.group}, version ${policy.version}: ${rate} ${when}.`));
  }
  for (const { step: name, text, result } of arithmetic) {
    steps.push(step(sentence(name), `${text} = ${result}, which is ${money(result, currency)}.`));
  }
  if (commission !== null && explanation.payment.refunded_cents > 0) {
    const refunded = money(explanation.payment.refunded_cents, currency);
    const kept = keptCommission(explanation);
    const rest = kept === 0 ? 'nothing' : money(kept, commission.currency);
    steps.push(step('Refunded', `${refunded} went back, so ${rest} of the commission stays.`));
  }
  return steps;
}

/** What the partners still have of a payment's commission, from the ledger: what is owed or paid to one is a credit. */
export function keptCommission({ ledger }: Pick<Explanation, 'ledger'>): number {
  return 0 - sumOf(ledger.filter((entry) => entry.account.startsWith('partner_')));
}

export function sumOf(entries: readonly LedgerEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.amount_cents, 0);
}

/** Entries that were posted together; they sum to zero by themselves. */
export interface Posting {
  at: string;
  /** What it was for, as the customers' money shows. */
  occasion: 'payment' | 'refund' | 'correction';
  entries: LedgerEntry[];
}

/** A payment's ledger by posting, in order of time. */
export function groupByPosting(entries: readonly LedgerEntry[]): Posting[] {
  const byMoment = new Map<string, LedgerEntry[]>();
  for (const entry of entries) byMoment.set(entry.at, [...(byMoment.get(entry.at) ?? []), entry]);
  return [...byMoment].map(([at, group]) => {
    const received = sumOf(group.filter((entry) => entry.account === 'customer_receipts'));
    return {
      at,
      occasion: received > 0 ? 'payment' : received < 0 ? 'refund' : 'correction',
      entries: group,
    };
  });
}

function describeVisit(visit: VisitContext & { matched_by: string }): string {
  const { source, campaign, landing_page, referrer_host, browser, os, device, country } = visit;
  const parts = [
    landing_page && `on ${landingOf(landing_page)}`,
    source && `from ${source}`,
    referrer_host && referrer_host !== source && `referred by ${referrer_host}`,
    campaign && `campaign ${campaign}`,
    country && `in ${country}`,
    browser && `with ${browser}${os ? ` on ${os}` : ''}${device ? ` (${device})` : ''}`,
  ];
  return `${sentence(parts.filter(Boolean).join(', '))}.`;
}

/** The page, and whose link led to it; what else the address says is told in words. */
function landingOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, searchParams } = new URL(url);
  const code = searchParams.get('aff');
  return code === null ? pathname : `${pathname}?aff=${code}`;
}

function recognised({ evidence }: Decided): string | null {
  const known = evidence[0];
  if (known === undefined) return null;
  return `${sentence(identifiers[known.kind] ?? known.kind)}: ${known.value}`;
}

function describeDecision({ attributed, reason, model, window_days, method }: Decided): string {
  const why = reason === null ? '' : `: ${reasons[reason] ?? reason}`;
  if (!attributed) return `No partner is credited${why}.`;
  const rule =
    method === 'bound'
      ? 'the customer stays with the partner of the first payment that earned'
      : `${models[model] ?? model}, within ${window_days} days`;
  return reason === null ? `${sentence(rule)}.` : `Credited (${rule}), but nothing is earned${why}.`;
}

const step = (title: string, detail: string): Step => ({ title, detail, at: null, verdict: null });
