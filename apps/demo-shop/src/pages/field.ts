import { type Html, html } from '../html.ts';

export interface Field {
  name: string;
  label: string;
  value: string;
  type?: string;
  autocomplete?: string;
  numeric?: boolean;
  hint?: string;
  problem?: string | undefined;
}

/** A labelled input; its hint and its problem are read out with it. */
export function field({
  name,
  label,
  value,
  type = 'text',
  autocomplete,
  numeric,
  hint,
  problem,
}: Field): Html {
  const described = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ');
  return html`<div class="field">
  <label for="${name}">${label}</label>
  <input id="${name}" name="${name}" type="${type}" value="${value}" required
    ${autocomplete && html`autocomplete="${autocomplete}"`} ${numeric && html`inputmode="numeric"`}
    ${described && html`aria-describedby="${described}"`} ${problem && html`aria-invalid="true"`}>
  ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
  ${problem && html`<p class="problem" id="${name}-problem">${problem}</p>`}
</div>`;
}

/** Said first, when a form comes back. */
export function formProblem(problems: object, text: string): Html | null {
  return Object.keys(problems).length === 0 ? null : html`<p class="notice bad" role="alert">${text}</p>`;
}
