import type { Card, CardProblems } from '../card.ts';
import { type Html, html } from '../html.ts';
import { currency, type Plan } from '../plans.ts';
import { money } from '../words.ts';
import { field, formProblem } from './field.ts';

export interface CheckoutForm {
  plan: Plan;
  orderId: string;
  card: Card;
  problems: CardProblems;
  offersStripe: boolean;
}

export function checkout({ plan, orderId, card, problems, offersStripe }: CheckoutForm): Html {
  const price = money(plan.monthlyCents, currency);
  return html`<div class="checkout">
<h1>Pay for ${plan.name}</h1>
<section class="summary" aria-labelledby="order-title">
  <h2 id="order-title">Your order</h2>
  <p class="line"><span>Ridgeline ${plan.name}, monthly</span> <span>${price}</span></p>
  <p class="line total"><span>Today</span> <span>${price}</span></p>
  <p class="hint"><a href="/#plans">Choose another plan</a></p>
</section>
<section aria-label="Card">
  <p class="notice">A demo takes no money. The test card is filled in; please do not type a real one.</p>
  ${formProblem(problems, 'The card was not charged. Please look at the fields below.')}
  <form method="post" action="/checkout" autocomplete="off" novalidate>
    <input type="hidden" name="plan" value="${plan.id}">
    <input type="hidden" name="order" value="${orderId}">
    ${field({ name: 'name', label: 'Name on the card', value: card.name, problem: problems.name })}
    ${field({ name: 'number', label: 'Card number', value: card.number, numeric: true, problem: problems.number })}
    <div class="pair">
      ${field({ name: 'expiry', label: 'Expires', value: card.expiry, numeric: true, problem: problems.expiry })}
      ${field({ name: 'code', label: 'Security code', value: card.code, numeric: true, problem: problems.code })}
    </div>
    <button class="button" type="submit">Pay ${price}</button>
  </form>
  ${offersStripe && payWithStripe(plan, orderId)}
</section>
</div>`;
}

function payWithStripe(plan: Plan, orderId: string): Html {
  return html`<form class="other-way" method="post" action="/checkout">
    <input type="hidden" name="plan" value="${plan.id}">
    <input type="hidden" name="order" value="${orderId}">
    <input type="hidden" name="way" value="stripe">
    <button class="button second" type="submit">Pay with Stripe (simulated)</button>
    <p class="hint">A double of Stripe takes the payment and tells Headwater by webhook; the shop tells it nothing.</p>
  </form>`;
}
