import {
  InvoiceItem,
  InvoiceLine,
  InvoiceRecord,
  InvoicesQuery,
  ListQuery,
  PayInvoiceRequest,
} from '@headwater/contract';
import { type Route, reader } from '../../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram, listRoute } from '../../workspaces/index.ts';
import { fileRoute } from '../file-route.ts';
import { invoiceCsv } from './invoice-csv.ts';
import { invoicePdf } from './invoice-pdf.ts';
import type { InvoiceDeps } from './issue-invoices.ts';
import { payInvoice } from './pay-invoice.ts';
import { eachLine, getInvoice, listInvoices, listLines } from './read-invoices.ts';

const tag = 'Invoices';
const path = '/api/v1/invoices/:id';
const payReader = reader(PayInvoiceRequest);

export function invoiceRoutes(deps: InvoiceDeps & { directory: Directory }): Route[] {
  const { postgres, directory } = deps;
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/invoices',
        scope: 'program:read',
        tag,
        summary: 'List the invoices of a program, newest first',
        query: InvoicesQuery,
        answer: InvoiceItem,
        handle: async (call, manager) =>
          listInvoices(postgres, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path,
        scope: 'program:read',
        tag,
        summary: 'Read an invoice',
        answer: InvoiceRecord,
        status: 200,
        handle: (call, manager) => getInvoice(postgres, manager, call.params.id),
      },
      directory,
    ),
    listRoute(
      {
        path: `${path}/lines`,
        scope: 'program:read',
        tag,
        summary: 'List the lines of an invoice, with the payments behind them',
        query: ListQuery,
        answer: InvoiceLine,
        handle: (call, manager) => listLines(postgres, manager, call.params.id, call.query),
      },
      directory,
    ),
    fileRoute({
      path: `${path}/pdf`,
      scope: 'program:read',
      tag,
      summary: 'An invoice as PDF',
      file: 'application/pdf',
      async handle(call, manager) {
        const invoice = await getInvoice(postgres, manager, call.params.id);
        return { name: `${invoice.number}.pdf`, content: await invoicePdf(invoice) };
      },
    }),
    fileRoute({
      path: `${path}/csv`,
      scope: 'program:read',
      tag,
      summary: 'The lines of an invoice as CSV',
      file: 'text/csv',
      async handle(call, manager) {
        const { number, currency } = await getInvoice(postgres, manager, call.params.id);
        const lines = eachLine(postgres, manager, call.params.id);
        return { name: `${number}.csv`, content: await invoiceCsv(currency, lines) };
      },
    }),
    dataRoute(
      {
        method: 'POST',
        path: `${path}/pay`,
        scope: 'billing:manage',
        tag,
        summary: 'Record that an invoice was paid; resumes a program that was paused for it',
        refuses: ['conflict'],
        body: PayInvoiceRequest,
        answer: InvoiceRecord,
        status: 200,
        handle: (call, manager) => payInvoice(deps, manager, call.params.id, payReader.read(call.body)),
      },
      directory,
    ),
  ];
}
