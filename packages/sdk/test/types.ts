// What the package says by hand of the wire is what the contract says: compiled by `npm run check`, run by nobody.
import type * as contract from '@headwater/contract';
import type * as sdk from '../src/server.ts';

type Extends<Narrow extends Wide, Wide> = Narrow;
type Same<One, Other> = [One, Other] extends [Other, One] ? 'same' : never;
type True<Same extends 'same'> = Same;

export type Checks = [
  Extends<sdk.LeadRequest, contract.LeadRequest>,
  Extends<sdk.SaleRequest, contract.SaleRequest>,
  Extends<sdk.RefundRequest, contract.RefundRequest>,
  Extends<sdk.PaymentRequest, contract.AttributePaymentRequest>,
  Extends<sdk.QueryRequest, contract.QueryRequest>,
  Extends<contract.QueryAnswer, sdk.QueryResult>,
  True<Same<sdk.ReportMetric, contract.ReportMetric>>,
  True<Same<sdk.ReportDimension, contract.ReportDimension>>,
  True<Same<sdk.SaleReason, contract.SaleReason>>,
];
