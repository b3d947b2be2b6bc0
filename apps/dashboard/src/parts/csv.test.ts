import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

it('quotes what needs it, and leaves no text that a spreadsheet would reckon', async () => {
  const file = toCsv([
    ['Campaign', 'Revenue'],
    ['say "hi", all', 12.5],
    ['=HYPERLINK("x")', null],
    ['-1', -1],
  ]);
  // Reading it as text takes the mark away.
  expect(await file.text()).toBe(
    'Campaign,Revenue\r\n"say ""hi"", all",12.5\r\n"\'=HYPERLINK(""x"")",\r\n\'-1,-1\r\n',
  );
});
