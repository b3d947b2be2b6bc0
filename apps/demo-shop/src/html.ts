/** HTML that is safe to send: made by {@link html} only, which escapes whatever was not made by it. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | null | undefined | false | readonly Value[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of markup. Values are escaped, markup inside of markup is not; null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  const parts = strings.map((part, index) => part + (index < values.length ? render(values[index]) : ''));
  return { markup: parts.join('') };
}

/** A value as JSON inside of a script element, where markup is not read but `</script>` ends it. */
export function scriptJson(value: unknown): Html {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') };
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => entities[character] ?? '');
  if ('markup' in value) return value.markup;
  return value.map(render).join('');
}
