/**
 * What programs owe and partners are sent: weekly invoices, balances, payouts. Promises that every figure is a sum of
 * ledger entries, that money is billed once and sent once however often and wherever the runs run, and that what comes back
 * later is credited and set off, never forgotten. Moves no money itself: it keeps the books and writes the files.
 */
export { fileRoute } from './file-route.ts';
export { invoiceRoutes } from './invoices/http.ts';
export { type InvoiceDeps, issueInvoices } from './invoices/issue-invoices.ts';
export { markOverdue } from './invoices/mark-overdue.ts';
export { payoutRoutes } from './payouts/http.ts';
export { listBalancesOfPartner, listPayoutsOfPartner } from './payouts/of-partner.ts';
export { setOwnThreshold } from './payouts/own-thresholds.ts';
export { findPayoutMethod, type MethodDeps, setPayoutMethod } from './payouts/payout-methods.ts';
export { reportingRoutes } from './reporting/http.ts';
export { statementRoutes } from './statements/http.ts';
export { getStatement } from './statements/read-statement.ts';
export { statementCsv, statementPdf } from './statements/statement-files.ts';
export { nextBillingAt } from './week.ts';
