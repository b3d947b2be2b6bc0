import type { ExplainAnswer } from '@headwater/contract';
import { money } from '../money.ts';
import { moment, type Output, table } from '../output.ts';
import { accounts, earnsNothing, lostBecause, matchedBy, meaning, models, paysFor, toldBy } from './words.ts';

export type Explanation = ExplainAnswer['data'];
type NameOf = (partnerId: number) => string;

/** The whole story of a payment, the answer first, then what it rests on. */
export function showExplanation(out: Output, one: Explanation, nameOf: NameOf): void {
  showPayment(out, one);
  out.line(`\n${verdict(out, one, nameOf)}`);
  showEvidence(out, one);
  showCandidates(out, one, nameOf);
  showVisit(out, one);
  showTerms(out, one);
  showLedger(out, one, nameOf);
  for (const { at, cause } of one.decisions.slice(1))
    out.line(`\nDecided once more on ${moment(at)}: ${cause.replaceAll('_', ' ')}.`);
  for (const { text } of one.attribution?.warnings ?? []) out.line(`\n${out.color.yellow('!')} ${text}`);
}

function chapter(out: Output, title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  out.line(`\n${out.color.bold(title)}`);
  for (const line of table(rows)) out.line(`  ${line}`);
}

function showPayment({ line, color }: Output, { payment, disputes }: Explanation): void {
  const { id, amount_cents: amount, currency, refunded_cents: refunded } = payment;
  const test = payment.is_test ? `${color.yellow('test')} ` : '';
  line(
    color.bold(
      `${test}Payment ${id}: ${money(amount, currency)}, paid on ${moment(payment.occurred_at)} UTC`,
    ),
  );
  line(`  transaction ${payment.transaction_id}, told by ${meaning(toldBy, payment.source)}`);
  if (payment.other_ids.length > 0) line(`  also known as ${payment.other_ids.join(', ')}`);
  if (refunded > 0) line(`  ${money(refunded, currency)} of it went back`);
  for (const dispute of disputes)
    line(
      `  dispute ${dispute.id} of ${money(dispute.amount_cents, currency)}: ${dispute.state.replaceAll('_', ' ')}`,
    );
}

/** In a sentence: who earns and why, or why nobody does. */
function verdict({ color }: Output, one: Explanation, nameOf: NameOf): string {
  const { payment, attribution, commissions } = one;
  const mark = commissions.length > 0 ? color.green('✓') : color.yellow('–');
  if (payment.is_test && commissions.length === 0)
    return `${mark} A test: it counts nowhere and earns nothing.`;
  if (attribution === null) return `${mark} It was told of by the website alone: no partner was looked for.`;
  const why = meaning(earnsNothing, attribution.reason);
  if (!attribution.attributed) return `${mark} No partner earns from it: ${why}.`;
  const by = `the customer was known by ${meaning(matchedBy, attribution.method)}`;
  if (commissions.length === 0) {
    const winner = attribution.candidates.find(({ outcome }) => outcome === 'won');
    const who = winner === undefined ? 'A partner' : nameOf(winner.partner_id);
    return `${mark} ${who} brought it (${by}), but earns nothing: ${why}.`;
  }
  const shares = commissions.map((share) => {
    const { id, partner_id: partner, amount_cents: amount, currency, status } = share;
    const held = status === 'pending' ? ` until ${moment(share.hold_until)}` : '';
    const left = leftOf(one, partner);
    const earned =
      left === amount
        ? money(amount, currency)
        : `${money(left, currency)}, of ${money(amount, currency)} at first`;
    return `${nameOf(partner)} earns ${earned} (commission ${id}, ${status.replaceAll('_', ' ')}${held})`;
  });
  return `${mark} ${shares.join('; ')}: ${by}.`;
}

/** What the books say that a partner earns, after what went back. */
function leftOf({ ledger }: Explanation, partner: number): number {
  return ledger
    .filter(({ account, partner_id: of }) => account === 'commission_expense' && of === partner)
    .reduce((sum, { amount_cents: amount }) => sum + amount, 0);
}

const before = (days: number) =>
  days === 0 ? 'less than a day before' : days === 1 ? '1 day before' : `${days} days before`;

function showEvidence(out: Output, { attribution }: Explanation): void {
  const rows = (attribution?.evidence ?? []).map(({ kind, value, at }) => [
    kind.replaceAll('_', ' '),
    value,
    out.color.dim(moment(at)),
  ]);
  chapter(out, 'Evidence', rows);
}

function showCandidates(out: Output, { attribution }: Explanation, nameOf: NameOf): void {
  if (attribution === null) return;
  const { color } = out;
  const rows = attribution.candidates.map((one) => {
    const hasWon = one.outcome === 'won';
    return [
      hasWon ? color.green('✓ won') : color.dim('✗ lost'),
      nameOf(one.partner_id),
      moment(one.clicked_at),
      before(one.age_days),
      one.click_id,
      hasWon ? '' : meaning(lostBecause, one.reason),
    ];
  });
  const rule = `${meaning(models, attribution.model)}, within ${attribution.window_days} days`;
  chapter(out, `Clicks on partners’ links (${rule})`, rows);
}

const told = [
  'channel',
  'source',
  'medium',
  'campaign',
  'referrer_host',
  'landing_page',
  'country',
  'device',
];

function showVisit(out: Output, { visit }: Explanation): void {
  if (visit === null) return;
  const context = visit as Record<string, unknown>;
  const rows = told
    .filter((name) => typeof context[name] === 'string' && context[name] !== '')
    .map((name) => [name.replaceAll('_', ' '), String(context[name])]);
  chapter(out, `Visit (found by ${visit.matched_by.replaceAll('_', ' ')})`, rows);
}

function showTerms(out: Output, { policy, arithmetic, fee, payment }: Explanation): void {
  const rows: string[][] = [];
  if (policy !== null) {
    const pay =
      policy.rate_bps === undefined
        ? money(policy.fixed_cents ?? 0, payment.currency)
        : `${policy.rate_bps / 100} %`;
    const months = policy.type === 'cps_recurring' ? `, for ${policy.duration_months} months` : '';
    // What was there with the program is in force since ever.
    const since = policy.effective_from.startsWith('1970') ? '' : ` since ${moment(policy.effective_from)}`;
    rows.push([
      'terms',
      `${policy.group}, version ${policy.version}${since}: ${pay} ${meaning(paysFor, policy.type)}${months}`,
    ]);
  }
  for (const { step, text, result } of arithmetic)
    rows.push([step.replaceAll('_', ' '), `${text} = ${result}`]);
  if (fee !== null && fee.amount_cents === 0) rows.push(['fee', `nothing (${fee.bps / 100} %)`]);
  chapter(out, 'Terms and arithmetic, in the smallest unit', rows);
}

function showLedger(out: Output, { ledger }: Explanation, nameOf: NameOf): void {
  const rows = ledger.map((entry) => [
    moment(entry.at),
    entry.account,
    money(entry.amount_cents, entry.currency),
    out.color.dim(
      meaning(accounts, entry.account) + (entry.partner_id === null ? '' : ` (${nameOf(entry.partner_id)})`),
    ),
  ]);
  const width = Math.max(0, ...rows.map(([, , amount = '']) => amount.length));
  chapter(
    out,
    'Ledger, which sums to zero',
    rows.map(([at = '', account = '', amount = '', text = '']) => [
      at,
      account,
      amount.padStart(width),
      text,
    ]),
  );
}
