import { dataOf, listOf } from '@headwater/contract';
import type { TSchema } from 'typebox';
import {
  type Answer,
  type Call,
  invariant,
  type Page,
  type PartnerPrincipal,
  type Route,
} from '../platform/index.ts';

interface Spec {
  method?: Route['method'];
  path: string;
  summary: string;
  raw?: Route['raw'];
  body?: TSchema;
  query?: TSchema;
  refuses?: Route['refuses'];
}

/** A route of the portal: who calls is a partner who is signed in. */
function portalRoute(
  spec: Spec & Partial<Pick<Route, 'file'>>,
  answers: Record<number, TSchema>,
  handle: (call: Call, me: PartnerPrincipal) => Promise<Answer>,
): Route {
  const { method = 'GET', ...rest } = spec;
  return {
    ...rest,
    method,
    tag: 'Partner portal',
    access: { kind: 'partner' },
    errors: 'coded',
    failure: 'Internal error',
    answers,
    handle(call) {
      invariant(call.principal.kind === 'partner', 'a route of the portal is called by a partner');
      return handle(call, call.principal);
    },
  };
}

// What is one partner's own is kept by no cache on the way.
const headers = { 'cache-control': 'no-store' };

export function portalData(
  spec: Spec & {
    answer: TSchema;
    status?: 200 | 201;
    handle(call: Call, me: PartnerPrincipal): Promise<unknown>;
  },
): Route {
  const { answer, status = 200, handle, ...rest } = spec;
  return portalRoute(rest, { [status]: dataOf(answer) }, async (call, me) => ({
    status,
    body: { data: await handle(call, me) },
    headers,
  }));
}

export function portalList(
  spec: Omit<Spec, 'method'> & {
    answer: TSchema;
    handle(call: Call, me: PartnerPrincipal): Promise<Page<unknown>>;
  },
): Route {
  const { answer, handle, ...rest } = spec;
  return portalRoute(rest, { 200: listOf(answer) }, async (call, me) => ({
    status: 200,
    body: await handle(call, me),
    headers,
  }));
}

export function portalFile(
  spec: Spec & {
    file: NonNullable<Route['file']>;
    answer: TSchema;
    handle(call: Call, me: PartnerPrincipal): Promise<{ name: string; content: Buffer | string }>;
  },
): Route {
  const { answer, handle, ...rest } = spec;
  return portalRoute(rest, { 200: answer }, async (call, me) => {
    const { name, content } = await handle(call, me);
    return {
      status: 200,
      body: typeof content === 'string' ? Buffer.from(content) : content,
      headers: {
        ...headers,
        'content-type': spec.file === 'text/csv' ? 'text/csv; charset=utf-8' : spec.file,
        'content-disposition': `attachment; filename="${name}"`,
      },
    };
  });
}
