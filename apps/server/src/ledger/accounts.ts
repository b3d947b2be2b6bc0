/**
 * The chart of accounts of a program, per currency. Debits are positive, credits negative.
 *
 *   customer_receipts    what customers paid, less what went back to them            debit
 *   revenue_attributed   … of it, revenue that a partner or visit decision credits   credit
 *   revenue_organic      … of it, revenue without a partner                           credit
 *   commission_expense   what the program spends on partners                          debit
 *   partner_pending      owed to a partner, in its hold period                        credit, per partner
 *   partner_approved     owed to a partner, hold over; debit when a refund comes after the payout
 *   partner_paid         sent to a partner                                            credit, per partner
 *   partner_disputed     owed to a partner, while the payment is contested            credit, per partner
 *   fee_expense          what the program spends on the platform                      debit
 *   fee_payable          owed to the platform                                         credit
 */
export type Account =
  | 'customer_receipts'
  | 'revenue_attributed'
  | 'revenue_organic'
  | 'commission_expense'
  | 'partner_pending'
  | 'partner_approved'
  | 'partner_paid'
  | 'partner_disputed'
  | 'fee_expense'
  | 'fee_payable';
