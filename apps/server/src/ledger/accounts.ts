/**
 * The chart of accounts of a program, per currency. Debits are positive, credits negative.
 *
 *   customer_receipts    what customers paid, less what went back to them            debit
 *   revenue_attributed   … of it, revenue that a partner or visit decision credits   credit
 *   revenue_organic      … of it, revenue without a partner                           credit
 *   commission_expense   what the program spends on partners                          debit
 *   partner_pending      owed to a partner, in its hold period                        credit, per partner
 *   partner_approved     owed to a partner, hold over, not billed yet; debit: billed already, to be credited
 *   partner_invoiced     owed to a partner and billed to the program; debit when a refund comes after the payout
 *   partner_payout       owed to a partner, in a payout that is not completed         credit, per partner
 *   partner_paid         sent to a partner                                            credit, per partner
 *   partner_disputed     owed to a partner, while the payment is contested            credit, per partner
 *   fee_expense          what the program spends on the platform                      debit
 *   fee_payable          owed to the platform, not billed yet                         credit
 *   fee_invoiced         owed to the platform and billed                              credit
 *   fee_paid             paid to the platform                                         credit
 */
export type Account =
  | 'customer_receipts'
  | 'revenue_attributed'
  | 'revenue_organic'
  | 'commission_expense'
  | 'partner_pending'
  | 'partner_approved'
  | 'partner_invoiced'
  | 'partner_payout'
  | 'partner_paid'
  | 'partner_disputed'
  | 'fee_expense'
  | 'fee_payable'
  | 'fee_invoiced'
  | 'fee_paid';
