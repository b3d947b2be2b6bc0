/**
 * Whether a partner is its own customer: the same email, or the same customer key (recorded and flagged, not paid).
 * `email` is what this call said, beside what is known of the customer.
 */
export function isSelfReferral(
  partner: { emailHash: Buffer | null; customerKey: string | null },
  customer: { emailHash: Buffer | null; customerKey: string | null },
  email: Buffer | null,
): boolean {
  const { emailHash, customerKey } = partner;
  if (customerKey !== null && customerKey === customer.customerKey) return true;
  if (emailHash === null) return false;
  return [customer.emailHash, email].some((one) => one !== null && emailHash.equals(one));
}
