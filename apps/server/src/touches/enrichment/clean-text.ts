const CONTROL_CHARACTERS = /\p{Cc}+/gu;

/**
 * Text that came from outside, fit for a column: control characters (U+0000 above all, which PostgreSQL refuses)
 * removed, trimmed, cut to `maxLength` UTF-16 units without leaving half a surrogate pair. Blank text is null.
 */
export function cleanText(value: string | null | undefined, maxLength: number): string | null {
  if (!value) return null;
  const text = value.replace(CONTROL_CHARACTERS, '').trim();
  if (text === '') return null;
  return cut(text, maxLength);
}

/** The first `maxLength` UTF-16 units, one less where that would split a surrogate pair. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength);
}
