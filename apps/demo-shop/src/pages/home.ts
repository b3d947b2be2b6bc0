import { html } from '../html.ts';
import { currency, type Plan, plans } from '../plans.ts';
import { money } from '../words.ts';

export const home = html`<section class="hero">
  <div class="hero-text">
    <h1>Know the weather where you stand.</h1>
    <p>Forecasts for people who work outside: for the slope, the pass and the building site, not for the nearest city.</p>
    <p class="actions"><a class="button" href="/signup">Start with Ranger</a> <a class="quiet" href="#plans">See all plans</a></p>
  </div>
  <svg class="ridges" aria-hidden="true" viewBox="0 0 1200 300" preserveAspectRatio="none">
    <path class="far" d="M0 190 110 130 190 165 320 70 420 140 520 95 640 160 760 60 880 135 990 90 1100 150 1200 110V300H0Z"/>
    <path class="middle" d="M0 235 140 175 250 215 380 140 500 210 640 165 770 225 900 150 1020 210 1120 180 1200 205V300H0Z"/>
    <path class="near" d="M0 275 180 225 330 260 480 215 650 265 820 220 980 262 1100 236 1200 255V300H0Z"/>
  </svg>
</section>
<section id="plans" class="plans" aria-labelledby="plans-title">
  <h2 id="plans-title">Plans</h2>
  <div class="plan-list">${plans.map(planCard)}</div>
</section>`;

function planCard(plan: Plan) {
  return html`<article class="plan${plan.isFavourite && ' favourite'}">
  <h3>${plan.name}</h3>
  <p>${plan.promise}</p>
  <p class="price"><strong>${money(plan.monthlyCents, currency).replace('.00', '')}</strong> a month</p>
  <ul>${plan.features.map((feature) => html`<li>${feature}</li>`)}</ul>
  <a class="button${!plan.isFavourite && ' second'}" href="/signup?plan=${plan.id}">Choose ${plan.name}</a>
</article>`;
}
