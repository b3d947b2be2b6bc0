/**
 * Who is who: customers of a program, the identifiers that find them, the browsers they were seen with, and sign-ups.
 * What was once learned of a person is never replaced; two people on one browser stay two.
 */
export { bindCustomer } from './bind-customer.ts';
export { bindImported } from './bind-imported.ts';
export { listCandidates } from './candidate-touches.ts';
export type { Customer, FoundBy, Identifiers } from './customer.ts';
export { findCustomer, type Lookup } from './find-customer.ts';
export {
  type EmailsAndKeys,
  findEnrolledAs,
  findPerson,
  forgetPeople,
  type Person,
} from './forget-people.ts';
export { leadRoutes } from './http.ts';
export { findIdentified, identifyVisitor } from './identify-visitor.ts';
export { listLeadsRoute } from './list-leads.ts';
export {
  forgetLearned,
  insertUnnamedCustomers,
  type Learned,
  type Lesson,
  lockCustomers,
  lockPeople,
  teachCustomers,
} from './people-queries.ts';
export { recordProviderLead } from './provider-lead.ts';
export { insertVisitorIdentity, lockCustomer } from './queries.ts';
export { recordLead, recordTestLead, recordTestLeadIn } from './record-lead.ts';
export { forgetAddresses } from './same-address.ts';
export { isSelfReferral } from './self-referral.ts';
export { settleProvisionalLeads } from './settle-provisional.ts';
