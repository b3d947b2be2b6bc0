import { erasedName, parseClickId } from '../../platform/index.ts';

// Where Stripe's objects say who somebody is (https://docs.stripe.com/api: customers, charges, checkout sessions,
// invoices, payment methods). What is behind these names goes, whatever it is.
const personal = new Set([
  'address',
  'account_holder_name',
  'billing_details',
  'card',
  'collected_information',
  'custom_fields',
  'customer_address',
  'customer_details',
  'customer_email',
  'customer_name',
  'customer_phone',
  'customer_purchase_ip',
  'customer_shipping',
  'customer_tax_ids',
  'description',
  'email',
  'email_address',
  'individual_name',
  'business_name',
  'ip_address',
  'name',
  'payer_email',
  'payer_name',
  'payment_method_details',
  'phone',
  'previous_attributes',
  'receipt_email',
  'shipping',
  'shipping_details',
  'source',
  'sources',
  'tax_ids',
]);
const keyNames = new Set(['affitor_customer_key', 'user_id', 'customer_key']);
/** Of metadata only what says which click, program or partner it was. */
const ownNames = new Set(['affitor_click_id', 'customer_code', 'program_id', 'partner_code']);

/**
 * A delivery without what is personal in it, as JSON. What payments are made from (ids, amounts, times, links) is left as
 * it was, so that the delivery can be applied again; text that is no JSON was never applied, and goes whole.
 */
export function blankPayload(payload: string, salt: Buffer): string {
  let event: unknown;
  try {
    event = JSON.parse(payload);
  } catch {
    return '{}';
  }
  return JSON.stringify(blank(event, salt));
}

function blank(value: unknown, salt: Buffer): unknown {
  if (Array.isArray(value)) return value.map((one) => blank(one, salt));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (name === 'metadata') return [name, blankMetadata(one, salt)];
      if (name === 'client_reference_id') {
        return [name, typeof one === 'string' && parseClickId(one) !== undefined ? one : null];
      }
      return [name, personal.has(name) ? null : blank(one, salt)];
    }),
  );
}

function blankMetadata(metadata: unknown, salt: Buffer): unknown {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return metadata;
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]): [string, unknown][] => {
      if (keyNames.has(name))
        return [[name, typeof value === 'string' ? erasedName(salt, value.trim()) : value]];
      return ownNames.has(name) ? [[name, value]] : [];
    }),
  );
}
