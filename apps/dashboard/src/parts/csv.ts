/** Rows as a file that spreadsheets open: RFC 4180, with the mark that tells them it is UTF-8. */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): Blob {
  const text = rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
  return new Blob([`\u{feff}${text}`], { type: 'text/csv;charset=utf-8' });
}

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet would take it for a formula, and whoever names a campaign would write it.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
