import type { Explanation, LedgerEntry, VisitContext } from './headwater.ts';
import { methods, models, money, percent, policyTypes, reasons, sentence } from './words.ts';

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
    const when = policyTypes[policy.type] ?? policy.type;
    steps.push(step('Terms', `Group ${policy.group}, version ${policy.version}: ${rate} ${when}.`));
  }
  for (const { step: name, text, result } of arithmetic) {
    steps.push(step(sentence(name), `${text} = ${result}, which is ${money(result, currency)}.`));
  }
  if (commission !== null && explanation.payment.refunded_cents > 0) {
    const refunded = money(explanation.payment.refunded_cents, currency);
    const kept = money(keptCommission(explanation), currency);
    steps.push(step('Refunded', `${refunded} went back, so ${kept} of the commission stays.`));
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

/** Entries posted together: each group is one balanced transaction. In order of time. */
export function groupByMoment(entries: readonly LedgerEntry[]): LedgerEntry[][] {
  const groups = new Map<string, LedgerEntry[]>();
  for (const entry of entries) groups.set(entry.at, [...(groups.get(entry.at) ?? []), entry]);
  return [...groups.values()];
}

function describeVisit(visit: VisitContext & { matched_by: string }): string {
  const { source, campaign, landing_page, referrer_host } = visit;
  const device = [visit.browser, visit.os, visit.device].filter(Boolean).join(', ');
  const parts = [
    landing_page === undefined ? null : `on ${pathOf(landing_page)}`,
    source === undefined ? null : `from ${source}`,
    campaign === undefined ? null : `by the campaign ${campaign}`,
    referrer_host === undefined || referrer_host === source ? null : `referred by ${referrer_host}`,
    visit.country === undefined ? null : `in ${visit.country}`,
    device === '' ? null : `with ${device}`,
  ];
  return `${sentence(parts.filter((part) => part !== null).join(' '))}.`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname + new URL(url).search : url;
}

function recognised({ method, evidence }: NonNullable<Explanation['attribution']>): string | null {
  const identifier = evidence[0];
  if (identifier === undefined) return null;
  const how = methods[method ?? identifier.kind] ?? method ?? identifier.kind;
  return `${sentence(how)}: ${identifier.value}`;
}

function describeDecision(attribution: NonNullable<Explanation['attribution']>): string {
  const { attributed, reason, model, window_days } = attribution;
  const rule = `${models[model] ?? model}, within ${window_days} days`;
  const why = reason === null ? '' : `: ${reasons[reason] ?? reason}`;
  if (!attributed) return `No partner is credited${why}.`;
  return reason === null ? `${sentence(rule)}.` : `Credited (${rule}), but nothing is earned${why}.`;
}

const step = (title: string, detail: string): Step => ({ title, detail, at: null, verdict: null });
