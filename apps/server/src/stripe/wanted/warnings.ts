import type { Warning } from '../../payments/index.ts';
import type { Identification } from '../identity/identify-payers.ts';
import type { Family } from './families.ts';
import { saysWho } from './said.ts';

/**
 * What a person should mend about the integration, as far as this payment shows it: the missing thing by its name
 * (docs/stripe.md, "When a payment is not attributed").
 */
export function warningsOf(family: Family, identification: Identification, isFound: boolean): Warning[] {
  const { said, subscription } = family;
  const warnings: Warning[] = [];
  const warn = (code: string, text: string) => warnings.push({ code, text });
  if (said.programs.length === 0) {
    warn('missing_program_id', 'metadata has no program_id: the program of the webhook endpoint was taken');
  }
  for (const name of said.blanks) warn('empty_metadata', `metadata.${name} is there but has no value`);
  if (!saysWho(said)) {
    const where = subscription === null ? 'metadata' : 'metadata and subscription_data.metadata';
    warn('no_identifiers', `${where} have neither affitor_click_id nor affitor_customer_key`);
  } else if (family.lacksSubscriptionMetadata) {
    warn(
      'no_subscription_metadata',
      'subscription_data.metadata is empty: renewals are attributed only by the link stored at the first payment',
    );
  }
  for (const click of said.clicks) {
    if (!identification.knownClicks.has(click))
      warn('unknown_click', `no click ${click} is known in this program`);
  }
  const payer = family.payer === null ? undefined : identification.payers.get(family.payer);
  const person = payer?.customerId == null ? undefined : identification.people.get(payer.customerId);
  const [key] = said.keys;
  if (key !== undefined && person?.key != null && !said.keys.includes(person.key)) {
    warn(
      'customer_key_mismatch',
      `affitor_customer_key is ${key}, but this customer signed up as ${person.key}`,
    );
  } else if (key !== undefined && !isFound) {
    warn('unknown_customer_key', `nobody signed up with the customer key ${key}`);
  }
  return warnings;
}
