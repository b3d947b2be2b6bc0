import { type ColumnDef, type RowData, tableFeatures, useTable } from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

const features = tableFeatures({});
export type Column<Row extends RowData> = ColumnDef<typeof features, Row, unknown> & {
  meta: { width: string; isRight?: boolean; isWideOnly?: boolean; isRowHead?: boolean };
};

const rowHeight = 44;
/** So many rows before its end the next page is asked for: a hand on a wheel takes some seconds over them. */
const loadAhead = 60;

/**
 * A table of any length: only rows in sight are in the document, and the next page is asked for before its end is reached.
 * Rows are those of ARIA's grid of tables, since real ones cannot be placed.
 */
export function VirtualTable<Row extends RowData>({
  label,
  columns,
  rows,
  keyOf,
  more,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  /** How those are had that are not loaded yet; left out: these are all. */
  more?: { isLoading: boolean; load: () => void } | undefined;
}) {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + scrollY), []);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
  });
  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  const load = more?.load;
  const isIdle = more?.isLoading === false;
  useEffect(() => {
    if (isIdle && last >= rows.length - loadAhead) load?.();
  }, [isIdle, last, rows.length, load]);
  // Only what is in sight: a table over all rows would cost more with each page that was scrolled to.
  const inSight = useMemo(() => rows.slice(first, last + 1), [rows, first, last]);
  const table = useTable({ features, columns, data: inSight, getRowId: keyOf });
  const model = table.getRowModel().rows;
  const template = columns.map(({ meta }) => meta.width).join(' ');
  const cellClass = ({ isRight, isWideOnly }: Column<Row>['meta']) =>
    `min-w-0 px-2 first:pl-4 last:pr-4 ${isRight ? 'text-right num' : ''} ${isWideOnly ? 'max-md:hidden' : ''}`;
  const phone = columns
    .filter(({ meta }) => !meta.isWideOnly)
    .map(({ meta }) => meta.width)
    .join(' ');
  const style = { '--wide': template, '--phone': phone } as React.CSSProperties;
  const grid = 'grid grid-cols-[var(--phone)] items-center md:grid-cols-[var(--wide)]';
  return (
    <div role="table" aria-label={label} aria-rowcount={more ? -1 : rows.length} style={style}>
      <div role="rowgroup" className="border-line border-b">
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" className={`${grid} h-9 font-medium text-ink-3 text-xs`}>
            {group.headers.map((header) => (
              <div
                key={header.id}
                role="columnheader"
                className={cellClass((header.column.columnDef as unknown as Column<Row>).meta)}
              >
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <div ref={body} role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {shown.map((item) => {
          const row = model[item.index - first];
          return (
            row && (
              <Still
                key={row.id}
                of={row.original}
                columns={columns}
                at={item.start - top}
                render={() => (
                  <div
                    role="row"
                    aria-rowindex={item.index + 2}
                    className={`${grid} absolute inset-x-0 top-0 border-line border-b hover:bg-sunken`}
                    style={{ height: rowHeight, transform: `translateY(${item.start - top}px)` }}
                  >
                    {row.getAllCells().map((cell) => {
                      const { meta } = cell.column.columnDef as unknown as Column<Row>;
                      return (
                        <div
                          key={cell.id}
                          role={meta.isRowHead ? 'rowheader' : 'cell'}
                          className={`${cellClass(meta)} truncate`}
                        >
                          <table.FlexRender cell={cell} />
                        </div>
                      );
                    })}
                  </div>
                )}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** What stays as it is while others are scrolled in: drawn again only for another row, other columns or another place. */
const Still = memo(
  ({ render }: { of: unknown; columns: unknown; at: number; render: () => ReactNode }) => render(),
  (before, now) => before.of === now.of && before.columns === now.columns && before.at === now.at,
);

/** Below a list: how much of it there is. */
export function ListEnd({ children }: { children: ReactNode }) {
  return <p className="px-4 py-3 text-ink-3 text-xs">{children}</p>;
}
