import { type ErrorCode, errorCatalogue } from '@headwater/contract';
import { type Access, invariant, type Route } from '../../platform/index.ts';

/** What is not found when the id after a collection in a path names nothing. A new collection is added here. */
const missingOf: Readonly<Record<string, ErrorCode>> = {
  programs: 'program_not_found',
  'affiliate-programs': 'program_not_found',
  // of /api/tracking: their :program_id stands last
  events: 'program_not_found',
  performance: 'program_not_found',
  status: 'program_not_found',
  join: 'program_not_found',
  partners: 'partner_not_found',
  groups: 'group_not_found',
  links: 'link_not_found',
  websites: 'website_not_found',
  payments: 'payment_not_found',
  commissions: 'commission_not_found',
  'api-keys': 'key_not_found',
  invoices: 'invoice_not_found',
  'payout-batches': 'batch_not_found',
  payouts: 'payout_not_found',
  'webhook-endpoints': 'webhook_not_found',
  'webhook-messages': 'webhook_not_found',
  'fraud-signals': 'signal_not_found',
  erasures: 'erasure_not_found',
  segments: 'segment_not_found',
  goals: 'goal_not_found',
  annotations: 'annotation_not_found',
  imports: 'import_not_found',
  applications: 'application_not_found',
  'tax-documents': 'tax_document_not_found',
  stripe: 'program_not_found',
};

/** Ids in a path whose name says more than the collection before them. */
const missingByName: Readonly<Record<string, ErrorCode>> = {
  event_id: 'stripe_event_not_found',
  endpoint_id: 'stripe_endpoint_not_found',
};

/** Fields of a body or query that name a thing which must be the caller's own. */
const missingByField: Readonly<Record<string, ErrorCode>> = {
  program_id: 'program_not_found',
  program_scope: 'program_not_found',
  website_id: 'website_not_found',
  group_id: 'group_not_found',
  segment: 'segment_not_found',
};

/**
 * Every refusal that a route may answer, in the order in which a request meets them: those that follow from its access,
 * path and body, its own, and those that any request may meet. Nothing else may be answered: tests hold every answer they
 * get against it.
 */
function refusalsOf(route: Route): ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      ...ofAccess(route.access),
      ...(route.cors ? (['origin_not_allowed'] as const) : []),
      ...ofBody(route),
      ...ofPath(route),
      ...ofFields(route),
      ...(route.refuses ?? []),
      ...(['rate_limited', 'internal', 'unavailable'] as const),
    ]),
  ];
}

/** The same, by status. Those that the row describes itself, with more than an error, are left out. */
export function refusalsByStatus(route: Route): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of refusalsOf(route)) {
    const { status } = errorCatalogue[code];
    if (status in route.answers) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function ofAccess(access: Access): ErrorCode[] {
  switch (access.kind) {
    case 'public':
      return [];
    case 'program_if_sent':
    case 'program':
    case 'website':
      return ['missing_authorization', 'invalid_token'];
    case 'login':
      return ['missing_authorization', 'invalid_login_token'];
    case 'management':
      return ['authentication_required', 'invalid_token', 'missing_permission', 'cross_site'];
    case 'partner':
      return ['authentication_required', 'cross_site'];
  }
}

/** A raw route reads its bytes itself. */
function ofBody({ method, raw, body, query }: Route): ErrorCode[] {
  const read: ErrorCode[] = body === undefined && query === undefined ? [] : ['invalid_request'];
  if (method === 'GET') return read;
  if (raw !== undefined) return ['payload_too_large'];
  return [...read, 'payload_too_large', 'unsupported_content_type', 'malformed_json', 'body_not_object'];
}

function ofPath({ path }: Route): ErrorCode[] {
  const parts = path.split('/');
  return parts.flatMap((part, index) => {
    if (!part.startsWith(':')) return [];
    const code = missingByName[part.slice(1)] ?? missingOf[parts[index - 1] ?? ''];
    invariant(code !== undefined, `refusals.ts says what is not found after /${parts[index - 1]}`);
    return [code];
  });
}

/** Whoever manages names what is theirs; what a browser names is taken as it is. */
function ofFields({ access, body, query }: Route): ErrorCode[] {
  if (access.kind !== 'management') return [];
  const names = [body, query].flatMap((schema) =>
    Object.keys((schema as { properties?: object } | undefined)?.properties ?? {}),
  );
  return names.flatMap((name) => missingByField[name] ?? []);
}
