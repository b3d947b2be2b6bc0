// How `npm run trace` tells what it found.
import { paint } from './terminal.mjs';

/** A sale passes these rooms in one database transaction; the explanation holds what each of them decided. */
export function tellPayment({
  payment,
  visit,
  attribution,
  policy,
  arithmetic,
  commission,
  fee,
  ledger,
  decisions,
}) {
  const amount = (minor) => money(minor, payment.currency);
  room('payments', 'the one door for money: claims the transaction id, then all that follows in one commit');
  fact('payment', `${payment.id}, ${payment.transaction_id}, ${amount(payment.amount_cents)}`);
  if (visit !== null) fact('visit', `channel ${visit.channel}, known by ${visit.matched_by}`);

  room('attribution', 'decides who is credited, and why nobody else; pure code');
  fact('rule', `${attribution.model}, within ${attribution.window_days} days`);
  for (const { kind, value } of attribution.evidence) fact('evidence', `${kind} ${value}`);
  for (const { click_id, partner_id, outcome, reason } of attribution.candidates) {
    fact('candidate', join(`${click_id} of partner ${partner_id}`, outcome, reason));
  }
  fact(
    'decided',
    join(attribution.attributed ? 'attributed' : 'not attributed', attribution.method, attribution.reason),
  );

  room('commissions', 'applies the terms that are in force; pure code');
  if (policy !== null) {
    const rate =
      policy.rate_bps === undefined ? amount(policy.fixed_cents) : `${policy.rate_bps} basis points`;
    fact(
      'policy',
      `${policy.id}, version ${policy.version} of group ${policy.group}: ${policy.type}, ${rate}`,
    );
  }
  for (const { step, text, result } of arithmetic) fact(step, `${text} = ${result}`);
  if (commission !== null) {
    const { id, amount_cents, partner_id, status, hold_until } = commission;
    fact(
      'commission',
      `${id}, ${amount(amount_cents)} to partner ${partner_id}, ${status} until ${hold_until}`,
    );
  }
  fact('fee', fee === null ? 'none' : `${amount(fee.amount_cents)}, ${fee.bps} basis points`);

  room('ledger', 'posts entries that sum to zero; the database refuses others');
  for (const { entry_id, account, partner_id, amount_cents } of ledger) {
    const whose = partner_id === null ? '' : ` of partner ${partner_id}`;
    fact(`entry ${entry_id}`, `${amount(amount_cents).padStart(9)}  ${account}${whose}`);
  }
  fact('sum', amount(ledger.reduce((sum, { amount_cents }) => sum + amount_cents, 0)).padStart(9));
  fact('committed', decisions.map(({ at, cause }) => `${at} (${cause})`).join(', '));
}

export function money(minor, currency) {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export function join(...parts) {
  return parts.filter(Boolean).join(', ') || 'nothing known';
}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

export function act(text) {
  say(`\n${paint('bold', text)}`);
}

export function room(name, promise) {
  say(`\n  ${paint('cyan', name.padEnd(12))} ${paint('dim', promise)}`);
}

export function fact(name, text) {
  say(`    ${paint('dim', name.padEnd(12))} ${text}`);
}
