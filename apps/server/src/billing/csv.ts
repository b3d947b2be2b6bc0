import { stringify } from 'csv-stringify/sync';

/**
 * Rows as CSV (RFC 4180, CRLF). Texts that a spreadsheet would run as a formula get an apostrophe before them; amounts are
 * ours and stay numbers.
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((row) => row.map(defuse)),
    { record_delimiter: 'windows' },
  );
}

const amount = /^-?\d+(?:\.\d+)?$/;
const formula = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;

function defuse(cell: string): string {
  return !amount.test(cell) && (formula.test(cell) || /^[\t\r\n]/.test(cell)) ? `'${cell}` : cell;
}
