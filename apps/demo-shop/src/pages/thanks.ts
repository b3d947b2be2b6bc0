import type { Explanation } from '../headwater.ts';
import { type Html, html } from '../html.ts';
import type { Order } from '../orders.ts';
import { currency } from '../plans.ts';
import { groupByPosting, keptCommission, type Posting, type Step, sumOf, tellStory } from '../story.ts';
import { channelName, day, money, reasons, sentence, signedMoney, time } from '../words.ts';

/** What Headwater knows of an order, or why that cannot be shown. */
export type Knowledge =
  | { explanation: Explanation; partners: ReadonlyMap<number, string> }
  | { problem: string };

export function thanks(order: Order, months: readonly Order[], knowledge: Knowledge): Html {
  const { account, plan } = order;
  const payment = 'problem' in knowledge ? null : knowledge.explanation.payment;
  const isRefunded = payment !== null && payment.refunded_cents >= payment.amount_cents;
  return html`<section class="receipt">
  <h1>${order.isRenewal ? 'Renewed' : `Thank you, ${account.name}`}</h1>
  <p>${plan.name} is yours for ${order.isRenewal ? 'another' : 'a'} month. You paid <strong>${money(plan.monthlyCents, currency)}</strong>, receipt <code>${order.id}</code>.</p>
</section>
${'problem' in knowledge ? unknown(order, knowledge.problem) : known(order, knowledge)}
<section class="further" aria-labelledby="further-title">
  <h2 id="further-title">What happens next?</h2>
  <p>The shop’s backend tells Headwater, and this page shows what became of it.</p>
  <div class="actions">
    ${act(order, 'renew', 'Renew for a month')}
    ${!isRefunded && [act(order, 'refund-half', 'Refund half'), act(order, 'refund', 'Refund all that is left')]}
  </div>
  ${months.length > 1 && monthList(order, months)}
</section>`;
}

function act(order: Order, name: string, label: string): Html {
  return html`<form method="post" action="/orders/${order.id}/${name}"><button class="button second" type="submit">${label}</button></form>`;
}

function monthList(current: Order, months: readonly Order[]): Html {
  return html`<p>Payments of this subscription:</p>
<ol class="months">${months.map((order) => {
    const label = `${order.isRenewal ? 'Renewal' : 'First payment'}, ${time(order.paidAt.toISOString())}`;
    return html`<li>${order === current ? html`<strong>${label}</strong>` : html`<a href="/thanks/${order.id}">${label}</a>`}</li>`;
  })}</ol>`;
}

function unknown(order: Order, problem: string): Html {
  return html`<section class="water" aria-labelledby="water-title">
  <h2 id="water-title">Headwater could not be asked</h2>
  <p class="notice bad" role="alert">${problem}</p>
  <p>Your payment is safe: the shop tells Headwater again, under the same receipt, so that it counts once.</p>
  <p><a class="button" href="/thanks/${order.id}">Try again</a></p>
</section>`;
}

function known(order: Order, knowledge: Extract<Knowledge, { explanation: Explanation }>): Html {
  const { explanation, partners } = knowledge;
  const nameOf = (partnerId: number) => partners.get(partnerId) ?? `Partner ${partnerId}`;
  const { ledger } = explanation;
  const sum = sumOf(ledger);
  return html`<section class="water" aria-labelledby="water-title">
  <h2 id="water-title">What Headwater knows of this payment</h2>
  <dl class="facts">
    ${commissionFact(explanation, nameOf)}
    ${channelFact(explanation)}
    <div id="books">
      <dt>Books</dt>
      <dd class="big">${sum === 0 ? 'Balanced' : 'Not balanced'}</dd>
      <dd>${ledger.length} ledger entries, sum ${signedMoney(sum, explanation.payment.currency)}</dd>
    </div>
  </dl>
  <h3>How it came to that</h3>
  <ol class="story">
    ${tellStory(explanation, nameOf).map(storyStep)}
  </ol>
  <h3>Ledger</h3>
  ${ledgerTable(explanation, nameOf)}
  <details>
    <summary>What was said and answered</summary>
    <dl class="calls">
      <div><dt>Sign-up</dt><dd>${order.account.lead.message}</dd></div>
      <div><dt>Sale</dt><dd>${order.report?.sale}</dd></div>
      <div><dt>Visit</dt><dd>${order.report?.visit}</dd></div>
    </dl>
  </details>
  <details>
    <summary>The explanation as the API answers it</summary>
    <pre tabindex="0" id="raw">${JSON.stringify(explanation, null, 2)}</pre>
  </details>
</section>`;
}

type NameOf = (partnerId: number) => string;

function commissionFact(explanation: Explanation, nameOf: NameOf): Html {
  const { commission, attribution } = explanation;
  if (commission === null) {
    const reason = attribution?.reason ?? null;
    return html`<div id="commission">
      <dt>Partner’s commission</dt>
      <dd class="big">No partner</dd>
      <dd>${sentence(reason === null ? 'nobody earns on this payment' : (reasons[reason] ?? reason))}.</dd>
    </div>`;
  }
  const kept = keptCommission(explanation);
  const isReduced = kept !== commission.amount_cents;
  return html`<div id="commission">
    <dt>Partner’s commission</dt>
    <dd class="big">${money(kept, commission.currency)}</dd>
    <dd>for <strong>${nameOf(commission.partner_id)}</strong>${isReduced && `, of ${money(commission.amount_cents, commission.currency)} earned`}</dd>
    <dd><span class="status ${commission.status}">${commission.status}</span>${commission.status === 'pending' && ` until ${day(commission.hold_until)}`}</dd>
  </div>`;
}

function channelFact({ visit }: Explanation): Html {
  if (visit === null) {
    return html`<div id="channel">
      <dt>Channel</dt>
      <dd class="big">Unknown</dd>
      <dd>No visit is known for this payment.</dd>
    </div>`;
  }
  const origin = [
    visit.source && `source ${visit.source}`,
    visit.medium && visit.medium !== visit.channel && `medium ${visit.medium}`,
    visit.campaign && `campaign ${visit.campaign}`,
  ].filter(Boolean);
  return html`<div id="channel">
    <dt>Channel</dt>
    <dd class="big">${channelName(visit.channel ?? 'direct')}</dd>
    <dd>${origin.length > 0 ? sentence(origin.join(', ')) : 'No source or campaign was named'}</dd>
  </div>`;
}

function storyStep({ title, detail, at, verdict }: Step): Html {
  return html`<li class="${verdict}">
    <p class="step-title">${title}${verdict && html` <span class="verdict">${verdict}</span>`}</p>
    <p>${detail}</p>
    ${at && html`<time datetime="${at}">${time(at)}</time>`}
  </li>`;
}

function ledgerTable({ ledger, payment }: Explanation, nameOf: NameOf): Html {
  const postings = groupByPosting(ledger);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Ledger entries">
<table class="ledger">
  <thead><tr><th scope="col">Account</th><th scope="col">Partner</th><th scope="col">Amount</th></tr></thead>
  ${postings.map((posting) => ledgerPosting(posting, nameOf))}
  <tfoot><tr><th scope="row" colspan="2">Sum</th><td>${signedMoney(sumOf(ledger), payment.currency)}</td></tr></tfoot>
</table></div>`;
}

function ledgerPosting({ at, occasion, entries }: Posting, nameOf: NameOf): Html {
  return html`<tbody>
    <tr class="moment"><th scope="rowgroup" colspan="3">${sentence(occasion)}, ${day(at)}, ${time(at)}</th></tr>
    ${entries.map(
      (entry) => html`<tr>
        <td>${sentence(entry.account.replaceAll('_', ' '))}</td>
        <td>${entry.partner_id === null ? '–' : nameOf(entry.partner_id)}</td>
        <td>${signedMoney(entry.amount_cents, entry.currency)}</td>
      </tr>`,
    )}
  </tbody>`;
}
