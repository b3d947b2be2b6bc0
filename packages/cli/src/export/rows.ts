import type { Api } from '../api.ts';
import { patiently } from '../patiently.ts';
import { eventTables, type Table } from './tables.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Filters {
  from?: string | undefined;
  to?: string | undefined;
  partner_id?: string | undefined;
  is_test?: string | undefined;
}

/** The most that a list tells at once. */
const rowsOfPage = '200';

/** Every row, newest first, of which a page at a time is held. Rows that come meanwhile neither repeat nor hide others. */
export async function* rowsOf(
  api: Api,
  program: string,
  { path }: Table,
  filters: Filters,
): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const query = { ...filters, limit: rowsOfPage, cursor };
    const page = await patiently(() =>
      api.get<{ data: Row[]; next_cursor: string | null }>(`${program}/${path}`, query),
    );
    yield* page.data;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

/** Clicks, sign-ups and payments in one list, newest first. */
export async function* eventsOf(api: Api, program: string, filters: Filters): AsyncGenerator<Row> {
  const lists = Object.entries(eventTables).map(([event, table]) => ({
    event,
    at: table.at,
    rows: rowsOf(api, program, table, filters),
    head: undefined as Row | undefined,
  }));
  const advance = async (list: (typeof lists)[number]) => {
    const next = await list.rows.next();
    list.head = next.done ? undefined : next.value;
  };
  await Promise.all(lists.map(advance));
  for (;;) {
    const [latest] = lists
      .filter(({ head }) => head !== undefined)
      .sort((a, b) => String(b.head?.[b.at]).localeCompare(String(a.head?.[a.at])));
    if (latest?.head === undefined) return;
    const { [latest.at]: at, ...own } = latest.head;
    yield { event: latest.event, at, ...own };
    await advance(latest);
  }
}
