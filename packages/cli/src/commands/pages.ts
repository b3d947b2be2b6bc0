import type { Command } from 'commander';
import { type Output, table } from '../output.ts';

export interface PageOptions {
  limit: string;
  cursor?: string;
}

/** Options of a list that is told a page at a time. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <n>', 'how many, at most 200', '50')
    .option('--cursor <cursor>', 'where to go on: next_cursor of the page before');
}

interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** A page as a table; on what follows it says how to see it. */
export function showPage<Item>(
  out: Output,
  { data, next_cursor: next }: Page<Item>,
  head: readonly string[],
  toRow: (item: Item) => readonly string[],
  none: string,
): void {
  if (data.length === 0) out.line(none);
  else {
    for (const line of table([head.map((text) => out.color.dim(text)), ...data.map(toRow)])) out.line(line);
  }
  if (next !== null) out.line(out.color.dim(`… and more: --limit, or --cursor ${next}`));
}
