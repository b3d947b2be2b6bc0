import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { RowData } from '@tanstack/react-table';
import { type ReactNode, useMemo } from 'react';
import type { Page } from '../client/index.ts';
import { counted } from '../shell/format.ts';
import { Button } from './button.tsx';
import { Empty, Lines, Loading } from './states.tsx';
import { type Column, ListEnd, VirtualTable } from './virtual-table.tsx';

/** A list of the server's, page by page as it is scrolled; `key` names the list with its filters. */
export function useCursorList<Row>(
  key: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>,
  options: { refetchInterval?: number } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    ...options,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  return { query, rows };
}

/** Its rows in a table of any length, with every state that a list has. */
export function CursorTable<Row extends RowData & { id: number | string }>({
  label,
  list: { query, rows },
  columns,
  noun,
  empty,
}: {
  label: string;
  list: ReturnType<typeof useCursorList<Row>>;
  columns: Column<Row>[];
  /** Of one row, for the line below that counts them. */
  noun: string;
  empty: { title: string; text: ReactNode };
}) {
  return (
    <Loading query={query} standIn={<Lines count={12} />}>
      {() =>
        rows.length === 0 ? (
          <Empty title={empty.title}>{empty.text}</Empty>
        ) : (
          <>
            <VirtualTable
              label={label}
              columns={columns}
              rows={rows}
              keyOf={keyOf}
              more={
                query.hasNextPage ? { isLoading: query.isFetching, load: query.fetchNextPage } : undefined
              }
            />
            <ListEnd>{query.hasNextPage ? 'Loading more…' : counted(rows.length, noun)}</ListEnd>
          </>
        )
      }
    </Loading>
  );
}

/** Below a list that is no table of any length: fetches what is older than its last row. */
export function Older({
  of: { hasNextPage, isFetchingNextPage, fetchNextPage },
}: {
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  return (
    hasNextPage && (
      <div className="border-line border-t p-3">
        <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older ones
        </Button>
      </div>
    )
  );
}

const keyOf = ({ id }: { id: number | string }) => String(id);
