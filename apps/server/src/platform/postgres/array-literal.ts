export type ArrayItem = string | number | boolean | null;

const special = /["\\]/;

/**
 * An array as PostgreSQL reads it from text: `{1,NULL,"a \"b\""}`. The driver makes the same of a JavaScript array, item
 * by item and several times as slowly, which a batch of hundreds of rows feels. Instants are passed as ISO 8601.
 */
export function arrayLiteral(items: readonly ArrayItem[]): string {
  let text = '{';
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as ArrayItem;
    if (index > 0) text += ',';
    if (item === null) text += 'NULL';
    else if (typeof item === 'string')
      text += `"${special.test(item) ? item.replace(/["\\]/g, '\\$&') : item}"`;
    else text += item;
  }
  return `${text}}`;
}
