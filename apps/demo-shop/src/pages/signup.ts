import { type Html, html } from '../html.ts';
import { currency, type Plan } from '../plans.ts';
import { money } from '../words.ts';
import { field, formProblem } from './field.ts';

export interface SignUpForm {
  plan: Plan;
  name: string;
  email: string;
  problems: { name?: string; email?: string };
}

export function signUp({ plan, name, email, problems }: SignUpForm): Html {
  return html`<div class="narrow">
<h1>Sign up</h1>
<p>For ${plan.name}, ${money(plan.monthlyCents, currency)} a month. You pay on the next page.</p>
${formProblem(problems, 'Not quite. Please look at the fields below.')}
<form method="post" action="/signup" novalidate>
  <input type="hidden" name="plan" value="${plan.id}">
  ${field({ name: 'name', label: 'Name', value: name, autocomplete: 'name', problem: problems.name })}
  ${field({
    name: 'email',
    label: 'Email',
    value: email,
    type: 'email',
    autocomplete: 'email',
    hint: 'Any address will do; no mail is sent.',
    problem: problems.email,
  })}
  <button class="button" type="submit">Sign up</button>
</form>
</div>`;
}
