import type { RowData } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { words } from '../shell/format.ts';
import { Badge, toneOf } from './badge.tsx';
import type { Column } from './virtual-table.tsx';

/** What is good to know of a row, where the screen has room for it. */
export const asideColumn = <Row extends RowData>(
  header: string,
  width: string,
  textOf: (row: Row) => ReactNode,
): Column<Row> => ({
  id: header,
  header,
  meta: { width, isWideOnly: true },
  cell: ({ row: { original: one } }) => <span className="text-ink-2">{textOf(one)}</span>,
});

/** Where a row stands, in its colour. */
export const statusColumn = <Row extends { status: string }>(
  width: string,
  {
    nameOf = ({ status }) => words(status),
    isWideOnly = false,
  }: { nameOf?: (row: Row) => string; isWideOnly?: boolean } = {},
): Column<Row> => ({
  id: 'Status',
  header: 'Status',
  meta: { width, isWideOnly },
  cell: ({ row: { original: one } }) => <Badge tone={toneOf(one.status)}>{nameOf(one)}</Badge>,
});

/** What a row comes to: the last column, which every screen shows. */
export const amountColumn = <Row extends RowData>(
  header: string,
  width: string,
  textOf: (row: Row) => string,
): Column<Row> => ({
  id: header,
  header,
  meta: { width, isRight: true },
  cell: ({ row: { original: one } }) => <span className="font-medium">{textOf(one)}</span>,
});
