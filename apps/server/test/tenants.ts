import { type StripeDouble, signatureHeader } from '@headwater/stripe-double';
import { hashToken, maskToken, newToken, type Route } from '../src/platform/index.ts';
import { type BillingHolding, holdBilling } from './billing-holding.ts';
import { fromOurPage, openSession } from './page.ts';
import type { Reply, TestServer } from './test-server.ts';
import { addSecret, deliver, plainEvent } from './walls/stripe/deliveries.ts';
import { grantAccess } from './walls/stripe/with-double.ts';

/** A program with one of everything that has an id, all of it known to the database. */
export interface Holding extends BillingHolding {
  programId: number;
  programToken: string;
  websiteId: string;
  websiteToken: string;
  /** Of a terminal that an owner of the workspace let in. */
  loginToken: string;
  groupId: number;
  partnerId: number;
  partnerEmail: string;
  /** The cookie of a person who is the partner. */
  partnerSession: string;
  /** Of the program's public page. */
  joinSlug: string;
  /** An open one. */
  applicationId: number;
  taxDocumentId: number;
  linkId: number;
  linkCode: string;
  clickId: string;
  customerKey: string;
  visitorId: string;
  sessionId: string;
  transactionId: string;
  paymentId: number;
  commissionId: number;
  /** Of a fraud signal. */
  signalId: number;
  erasureId: number;
  segmentId: number;
  goalId: number;
  annotationId: number;
  /** Of an import that waits for rows with three cells. */
  importId: number;
  keyId: number;
  stripeEndpointId: number;
  /** Our id of an event in the inbox. */
  stripeEventId: number;
  /** The `Stripe-Signature` of a body, as the program's Stripe account would sign it now. */
  signAsStripe(payload: string): string;
  /** A restricted key of a Stripe account of the program's own; any, where there is no Stripe. */
  stripeKey: string;
  stripeAccount: string;
  /** A state and a code of OAuth that were not used yet. */
  stripeGrant: { state: string; code: string };
  /** Where each list's second page begins. */
  cursor: string;
}

export interface Tenant extends Holding {
  workspaceId: number;
  key: string;
  /** A second program and website of the same workspace, with everything of its own. */
  second: Holding;
  newKey(options?: KeyOptions): Promise<string>;
}

const noGrant = { state: 'st_nobody', code: 'ac_nobody' };

interface KeyOptions {
  scopes?: string[];
  programScope?: number[];
  expiresAt?: Date;
  revokedAt?: Date;
}

/** A workspace with two programs. Every text in it carries `mark`, so that a leak of it can be seen in an answer. */
export async function openTenant(server: TestServer, mark: string, stripe?: StripeDouble): Promise<Tenant> {
  const { postgres } = server.database;
  const [workspace] = await postgres.query<{ id: number }>(
    'insert into workspaces (name) values ($1) returning id',
    [`${mark} workspace`],
  );
  const workspaceId = (workspace as { id: number }).id;
  const newKey = async (options: KeyOptions = {}) => {
    const key = newToken('affk_');
    await postgres.query(
      `insert into management_keys (workspace_id, name, key_hash, prefix, mask, scopes, program_scope, expires_at, revoked_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        workspaceId,
        `${mark} key`,
        hashToken(key),
        key.slice(0, 13),
        maskToken(key),
        options.scopes ?? ['*'],
        options.programScope ?? null,
        options.expiresAt ?? null,
        options.revokedAt ?? null,
      ],
    );
    server.server.directory.clear();
    return key;
  };
  const key = await newKey();
  const [first, second] = await Promise.all([
    openHolding(server, key, `${mark}-1`, stripe),
    openHolding(server, key, `${mark}-2`, stripe),
  ]);
  return { ...first, workspaceId, key, second, newKey };
}

/**
 * A tenant for each route, for what one route stores must be nothing to the next; those that only read share one. Several are
 * opened at a time: most of it is waiting for commits.
 */
export async function openForRoutes(
  routes: readonly Route[],
  open: (mark: string) => Promise<Tenant>,
): Promise<(route: Route) => Tenant> {
  const marks = new Map(
    routes.map((route, index) => [route, route.method === 'GET' ? 'reader' : String(index)]),
  );
  const tenants = new Map<string, Tenant>();
  const wanted = [...new Set(marks.values())];
  for (let from = 0; from < wanted.length; from += 4) {
    await Promise.all(
      wanted.slice(from, from + 4).map(async (mark) => void tenants.set(mark, await open(mark))),
    );
  }
  return (route) => tenants.get(marks.get(route) ?? '') as Tenant;
}

async function openHolding(
  server: TestServer,
  key: string,
  mark: string,
  stripe: StripeDouble | undefined,
): Promise<Holding> {
  const post = async (path: string, body: unknown, token?: string) =>
    must(await server.post(path, body, token));
  const domain = `${mark}.example`;
  const { data: website } = await post('/api/v1/websites', { domain, name: `${mark} site` }, key);
  const { data: program } = await post(
    '/api/v1/programs',
    {
      name: `${mark} program`,
      domain,
      website_id: website.website_id,
      commission: { type: 'cps_lifetime', rate_bps: 1000 },
    },
    key,
  );
  const { data: partner } = await post(
    `/api/v1/programs/${program.id}/partners`,
    { name: `${mark} partner`, code: `${mark}-code`, email: `partner@${domain}` },
    key,
  );
  const { data: apiKey } = await post(
    '/api/v1/api-keys',
    { name: `${mark} made key`, scopes: ['program:list'], program_scope: [program.id] },
    key,
  );
  const visitorId = `${mark}-visitor`;
  const sessionId = `${mark}-session`;
  await post('/api/v1/collect', {
    website_id: website.website_id,
    visitor_id: visitorId,
    session_id: sessionId,
    events: [{ type: 'pageview', url: `https://${domain}/landing` }],
  });
  const { click_id: clickId } = await post('/api/v1/track/click', {
    affiliate_url: `https://${domain}/?aff=${mark}-code`,
    visitor_id: visitorId,
  });
  const customerKey = `${mark}-customer`;
  await post(
    '/api/v1/track/lead',
    { click_id: clickId, customer_key: customerKey, email: `buyer@${domain}` },
    program.api_token,
  );
  const sale = (transactionId: string) =>
    post(
      '/api/v1/track/sale',
      { transaction_id: transactionId, customer_key: customerKey, amount_cents: 5000 },
      program.api_token,
    );
  const { sale_id: paymentId, commission_id: commissionId } = await sale(`${mark}-transaction`);
  await sale(`${mark}-transaction-2`);
  const { id: stripeEndpointId, secret } = await addSecret(server, program.id, undefined, key);
  await deliver(server, program.id, plainEvent({ id: `evt_${mark}` }), secret);
  await deliver(server, program.id, plainEvent({ id: `evt_${mark}_2` }), secret);
  const events = must(await server.get(`/api/v1/programs/${program.id}/stripe/events`, key));
  const account = stripe?.openAccount();
  const stripeKey = (account && stripe?.restrictedKey(account)) ?? 'rk_test_nobody';
  if (account !== undefined) {
    await post(`/api/v1/programs/${program.id}/stripe/connect`, { api_key: stripeKey }, key);
  }
  const { data: segment } = await post(
    '/api/v1/segments',
    {
      program_id: program.id,
      name: `${mark} segment`,
      filters: [{ dimension: 'source', operator: 'is', values: [mark] }],
    },
    key,
  );
  const { data: goal } = await post(
    '/api/v1/goals',
    { website_id: website.website_id, name: `${mark} goal`, event: `${mark} event` },
    key,
  );
  const { data: annotation } = await post(
    '/api/v1/annotations',
    { website_id: website.website_id, kind: 'campaign', text: `${mark} annotation` },
    key,
  );
  const { data: imported } = await post(
    '/api/v1/imports',
    {
      ...{ kind: 'payments', program_id: program.id, file_name: `${mark} file`, file_digest: '0'.repeat(64) },
      ...{ rows: 1000, columns: ['transaction_id', 'amount', 'occurred_at'] },
    },
    key,
  );
  const portal = await openPortal(server, key, { programId: program.id, partnerId: partner.id, mark });
  const page = must(await server.get(`/api/v1/programs/${program.id}/payments?limit=1`, key));
  // When an endpoint was last heard of is noted behind the answer.
  await server.server.stripe.settled();
  return {
    ...(await holdBilling(server.database.postgres, program.id, partner.id)),
    programId: program.id,
    programToken: program.api_token,
    websiteId: website.website_id,
    websiteToken: website.api_token,
    loginToken: await addLogin(server, program.id, domain),
    groupId: program.default_group_id,
    partnerId: partner.id,
    partnerEmail: `partner@${domain}`,
    ...portal,
    linkId: partner.links[0].id,
    linkCode: `${mark}-code`,
    clickId,
    customerKey,
    visitorId,
    sessionId,
    transactionId: `${mark}-transaction`,
    paymentId,
    commissionId,
    segmentId: segment.id,
    goalId: goal.id,
    annotationId: annotation.id,
    importId: imported.id,
    signalId: await addSignal(server, commissionId, mark),
    erasureId: await addErasure(server, key, mark),
    keyId: apiKey.id,
    stripeEndpointId,
    stripeEventId: events.data[0].id,
    stripeKey,
    stripeAccount: account?.id ?? 'acct_nobody',
    stripeGrant:
      account && stripe ? await grantAccess({ server, stripe }, program.id, account, key) : noGrant,
    signAsStripe: (payload) => signatureHeader(payload, secret, server.clock.now()),
    cursor: page.next_cursor ?? '',
  };
}

/** An owner of the program's workspace, and what their terminal holds. */
async function addLogin(server: TestServer, programId: number, domain: string): Promise<string> {
  const token = newToken('hwl_');
  await server.database.postgres.query(
    `with person as (
       insert into people (id, name, email, email_verified, created_at, updated_at)
       values ($1, $1, $2, true, now(), now()) returning id
     ), member as (
       insert into members (workspace_id, person_id, role, joined_at)
       select p.workspace_id, person.id, 'owner', now() from person, programs p where p.id = $3
       returning workspace_id, person_id
     )
     insert into login_tokens (workspace_id, person_id, token_hash, client, created_at, expires_at)
     select workspace_id, person_id, $4, '', now(), now() + interval '90 days' from member`,
    [`${domain} owner`, `owner@${domain}`, programId, hashToken(token)],
  );
  server.server.directory.clear();
  return token;
}

/** A partner who signs in, a page where others apply, somebody who did, and a document that was handed in. */
async function openPortal(
  server: TestServer,
  key: string,
  { programId, partnerId, mark }: { programId: number; partnerId: number; mark: string },
): Promise<Pick<Holding, 'partnerSession' | 'joinSlug' | 'applicationId' | 'taxDocumentId'>> {
  const { postgres } = server.database;
  const path = `/api/v1/programs/${programId}`;
  const open = { applications: 'manual', welcome: `${mark} welcome` };
  const settings = must(await server.call('PATCH', `${path}/portal`, open, { token: key })).data;
  const joinSlug: string = settings.join_url.split('/join/')[1];
  const [program] = await postgres.query<{ workspaceId: number }>(
    'select workspace_id as "workspaceId" from programs where id = $1',
    [programId],
  );
  const partner = { workspaceId: program?.workspaceId as number, partnerId };
  const [partnerSession] = await Promise.all([
    openSession(postgres, { mark, partner }),
    server
      .post(`/api/v1/join/${joinSlug}`, { name: `${mark} applicant`, email: `applicant@${mark}.example` })
      .then(must),
  ]);
  const document = await server.call(
    'POST',
    `/api/v1/portal/programs/${programId}/tax-documents?name=${mark}`,
    `%PDF-1.7 ${mark} %%EOF`,
    { headers: fromOurPage(partnerSession) },
  );
  const applications = must(await server.get(`${path}/applications`, key)).data;
  return {
    partnerSession,
    joinSlug,
    applicationId: applications[0].id,
    taxDocumentId: must(document).data.id,
  };
}

/** As the rules would leave it; what they find is tested beside them. */
async function addSignal(server: TestServer, commissionId: number, mark: string): Promise<number> {
  const [row] = await server.database.postgres.query<{ id: bigint }>(
    `insert into fraud_signals (workspace_id, program_id, commission_id, rule, reason, evidence, action, found_at)
     select workspace_id, program_id, id, 'late_click', $2, '{}', 'note', now() from commissions where id = $1
     returning id`,
    [commissionId, `${mark} signal`],
  );
  return Number(row?.id);
}

function must(reply: Reply): Reply['body'] {
  if (reply.status >= 300 || reply.body.success === false) {
    throw new Error(`set-up was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
  }
  return reply.body;
}

/** Of somebody who is not there: what the tenant has stays. */
async function addErasure(server: TestServer, key: string, mark: string): Promise<number> {
  const { body } = await server.post('/api/v1/erasures', { email: `gone@${mark}.example` }, key);
  return body.data.id;
}
