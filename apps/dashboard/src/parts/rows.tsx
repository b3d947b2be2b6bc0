import type { ReactNode } from 'react';
import { Scrollable } from './scrollable.tsx';

export interface RowColumn<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  isRight?: boolean;
  /** Names the row. */
  isHead?: boolean;
  /** From which width of the screen on it is shown. */
  from?: 'sm' | 'md' | 'lg';
}

const shownFrom = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden' };

/** A table of some rows, all of them in the document; long lists are a VirtualTable. */
export function Rows<Row>({
  label,
  columns,
  rows,
  keyOf,
  isTight = false,
}: {
  label: string;
  columns: readonly RowColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  isTight?: boolean;
}) {
  const space = `px-2 first:pl-4 last:pr-4 sm:px-4 ${isTight ? 'py-2' : 'py-2.5'}`;
  const classOf = ({ isRight, from }: RowColumn<Row>) =>
    `${space} ${isRight ? 'num whitespace-nowrap text-right' : 'text-left'} ${from ? shownFrom[from] : ''}`;
  return (
    <Scrollable label={label}>
      <table aria-label={label} className={`w-full ${isTight ? 'max-sm:text-xs' : ''}`}>
        <thead>
          <tr className="text-ink-3 text-xs">
            {columns.map((column) => (
              <th key={column.header} scope="col" className={`${classOf(column)} font-medium`}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-line border-t">
          {rows.map((row) => (
            <tr key={keyOf(row)} className="hover:bg-sunken">
              {columns.map((column) =>
                column.isHead ? (
                  <th key={column.header} scope="row" className={`${classOf(column)} font-normal`}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.header} className={classOf(column)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
