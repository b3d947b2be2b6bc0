/**
 * The catalogue of refusals: every error a caller can meet, with its status, the text it carries unless the
 * route says otherwise, and what the caller should do. docs/errors.md is held against it by a test.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly message: string;
  /** What the caller should do about it. */
  readonly advice: string;
}

const entry = (status: number, message: string, advice: string): ErrorEntry => ({ status, message, advice });

export const errorCatalogue = {
  invalid_request: entry(400, 'Invalid request', 'Mend the field that the message names and send again.'),
  malformed_json: entry(400, 'Malformed JSON', 'Send one valid JSON document in UTF-8.'),
  body_not_object: entry(400, 'Request body must be a JSON object', 'Wrap the fields in {…}.'),
  customer_not_found: entry(
    400,
    'Customer not found. Provide customer_key or click_id.',
    'Send the customer_key used at sign-up, or the click id from the cookie; or set organic_payments to record.',
  ),
  wrong_program: entry(
    400,
    'No affiliate attribution found for this customer in this program',
    'Use the token of the program that the click belongs to.',
  ),
  not_enrolled: entry(
    400,
    'No partner-program relationship found for this customer',
    'Approve the partner again, or set organic_payments to record.',
  ),
  refund_too_large: entry(
    400,
    'refund_amount_cents exceeds the refundable amount',
    'Send at most what is left of the sale, or omit the amount to refund the rest.',
  ),
  missing_signature: entry(
    400,
    'Missing Stripe-Signature header',
    'Only Stripe calls this route; a proxy in front must hand the header on.',
  ),
  invalid_signature: entry(
    400,
    'Invalid signature',
    'Compare the signing secret of the endpoint in Stripe with those of GET /stripe/endpoints; a proxy must not change the body; the clock must be right.',
  ),
  not_a_stripe_event: entry(
    400,
    'Body is not a Stripe event',
    'Create a webhook endpoint for snapshot events (API v1).',
  ),
  stripe_refused: entry(
    400,
    'Stripe refused the request',
    'The message says what Stripe said; mend it there or in the request.',
  ),
  stripe_permission_missing: entry(
    400,
    'The Stripe key lacks permissions',
    'Give the restricted key the permissions that the message names, in the Stripe Dashboard.',
  ),
  missing_authorization: entry(
    401,
    'Missing or malformed Authorization header',
    'Send Authorization: Bearer <token>.',
  ),
  invalid_token: entry(
    401,
    'Invalid API token',
    'Check that the token is whole, not replaced, and of the kind that this route takes.',
  ),
  invalid_login_token: entry(401, 'Invalid or expired login token', 'Sign in again: headwater login.'),
  authentication_required: entry(401, 'Authentication required', 'Sign in, or send a management key.'),
  missing_permission: entry(403, 'Missing permission', 'Use a key with the scope that the message names.'),
  second_person_needed: entry(
    403,
    'A batch is approved by another key than the one that made it',
    'Let a second person approve it with a key of their own.',
  ),
  origin_not_allowed: entry(403, 'Origin not allowed', 'Add the site to allowed_origins.'),
  cross_site: entry(
    403,
    'Request comes from another site',
    'A session is used by this server’s own pages only: send a management key.',
  ),
  owner_link_not_found: entry(
    404,
    'This link is not valid, or was used',
    'Start the server again while there is no owner: it prints a new one. Else ask an owner to invite you.',
  ),
  invitation_not_found: entry(
    404,
    'This invitation is not valid any more',
    'Ask for a new one: it was used, taken back, or is older than seven days.',
  ),
  login_not_found: entry(
    404,
    'This login is not waiting any more',
    'Start it again in the terminal: headwater login.',
  ),
  member_not_found: entry(404, 'Member not found', 'Check the member id.'),
  last_owner_stays: entry(409, 'A workspace keeps an owner', 'Make somebody else an owner first.'),
  not_found: entry(404, 'Not found', 'Check the method and the path against /docs.'),
  program_not_found: entry(404, 'Program not found', 'Check the program id.'),
  website_not_found: entry(404, 'Website not found', 'Check the website id.'),
  partner_not_found: entry(
    404,
    'Partner not found',
    'Check the partner id; it must be enrolled in the program.',
  ),
  link_not_found: entry(404, 'Link not found', 'Check the link id.'),
  group_not_found: entry(404, 'Group not found', 'Check the group id.'),
  key_not_found: entry(404, 'Key not found', 'Check the key id.'),
  commission_not_found: entry(
    404,
    'Commission not found',
    'Check the commission ids; list them with GET …/commissions. Of several, one at least must be of the program.',
  ),
  erasure_not_found: entry(404, 'Erasure not found', 'Check the id; list them with GET /api/v1/erasures.'),
  import_not_found: entry(404, 'Import not found', 'Check the id; list them with GET /api/v1/imports.'),
  signal_not_found: entry(
    404,
    'Signal not found',
    'Check the signal id; list them with GET …/fraud-signals.',
  ),
  payment_not_found: entry(404, 'Payment not found', 'Use the sale_id that the sale was answered with.'),
  stripe_event_not_found: entry(
    404,
    'Stripe event not found',
    'Check the event id; list them with GET …/stripe/events.',
  ),
  stripe_endpoint_not_found: entry(
    404,
    'Stripe endpoint not found',
    'Check the endpoint id; list them with GET …/stripe/endpoints.',
  ),
  invoice_not_found: entry(404, 'Invoice not found', 'Check the invoice id; list them with GET …/invoices.'),
  batch_not_found: entry(
    404,
    'Payout batch not found',
    'Check the batch id; list them with GET …/payout-batches.',
  ),
  webhook_not_found: entry(
    404,
    'Webhook endpoint or message not found',
    'Check the id; list them with GET /api/v1/webhook-endpoints.',
  ),
  goal_not_found: entry(404, 'Goal not found', 'List the goals with GET /api/v1/goals.'),
  annotation_not_found: entry(404, 'Annotation not found', 'List them with GET /api/v1/annotations.'),
  segment_not_found: entry(404, 'Segment not found', 'List the segments with GET /api/v1/segments.'),
  application_not_found: entry(
    404,
    'Application not found',
    'Check the application id; list them with GET …/applications.',
  ),
  tax_document_not_found: entry(
    404,
    'Tax document not found',
    'Check the document id; list them with GET …/tax-documents.',
  ),
  payout_not_found: entry(404, 'Payout not found', 'Check the payout id; it stands in its batch.'),
  sale_not_found: entry(
    404,
    'Sale not found for transaction_id',
    'Send the transaction_id of the sale, with the token of its program.',
  ),
  visit_not_found: entry(
    404,
    'No event is known for this session_id, visitor_id and website_id.',
    'Send the ids that the tracker keeps in hw_visitor and hw_session.',
  ),
  duplicate_transaction: entry(
    409,
    'Duplicate transaction_id. This sale has already been recorded.',
    'Nothing: the sale is in. A different sale needs its own transaction_id.',
  ),
  code_taken: entry(409, 'code is already taken', 'Choose another code, or leave it out to have one made.'),
  partner_exists: entry(409, 'Partner is already enrolled', 'Use the enrolled partner, or add a link to it.'),
  stripe_not_configured: entry(
    409,
    'OAuth needs STRIPE_SECRET_KEY and STRIPE_CLIENT_ID of a Stripe platform account',
    'Use a restricted key (headwater setup stripe --api-key), or set both and start the server again.',
  ),
  stripe_not_connected: entry(409, 'No Stripe account is connected', 'Connect one: headwater setup stripe.'),
  stripe_account_taken: entry(
    409,
    'This Stripe account is connected to another program',
    'Disconnect it there first: headwater setup stripe --remove.',
  ),
  application_decided: entry(
    409,
    'Application was decided already',
    'Nothing; read what was decided with GET …/applications.',
  ),
  applications_closed: entry(409, 'This program takes no applications', 'Ask the program for an invitation.'),
  too_many_links: entry(
    409,
    'No more links can be made',
    'Use another link, or ask the program for more of them.',
  ),
  nothing_to_pay: entry(
    409,
    'No partner with a payout method has reached the threshold',
    'Nothing, or set the payout methods of partners that GET …/balances shows.',
  ),
  commission_not_pending: entry(
    409,
    'Commission is not pending',
    'A hold can be extended while it lasts. Reject the commission instead.',
  ),
  person_is_partner: entry(
    409,
    'This person is an enrolled partner',
    'Partners are parties to the books: end the enrollments of the partner that the message names, then erase.',
  ),
  conflict: entry(409, 'Conflict', 'Read the current state and try again.'),
  payload_too_large: entry(413, 'Payload too large', 'Send at most 256 KB; split batches.'),
  unsupported_content_type: entry(415, 'Unsupported content type', 'Send application/json.'),
  rate_limited: entry(429, 'Rate limited', 'Wait the seconds in Retry-After, then go on.'),
  internal: entry(
    500,
    'Internal error',
    'Try again: nothing was stored. Report the x-request-id if it stays.',
  ),
  stripe_unreachable: entry(
    503,
    'Stripe could not be reached',
    'Try again after the seconds in Retry-After; status.stripe.com says whether it is they.',
  ),
  unavailable: entry(503, 'Temporarily unavailable', 'Try again after the seconds in Retry-After.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
