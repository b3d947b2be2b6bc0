import { dataOf, JoinAnswer, JoinPage, JoinRequest } from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { apply, getJoinable, readJoinPage } from './apply.ts';
import type { PortalDeps } from './deps.ts';

const path = '/api/v1/join/:slug';
const joinReader = reader(JoinRequest);

/** The public page of a program, where partners apply. */
export function joinRoutes(deps: PortalDeps, mayApply: (address: string) => void): Route[] {
  const shared = {
    path,
    tag: 'Applications',
    access: { kind: 'public' },
    errors: 'coded',
    failure: 'Internal error',
  } as const;
  return [
    {
      ...shared,
      method: 'GET',
      summary: 'What a program tells whoever may want to become its partner',
      answers: { 200: dataOf(JoinPage) },
      handle: async (call) => ({
        status: 200,
        body: { data: await readJoinPage(deps, call.params.slug ?? '') },
      }),
    },
    {
      ...shared,
      method: 'POST',
      summary: 'Apply to become a partner',
      body: JoinRequest,
      answers: { 201: dataOf(JoinAnswer) },
      refuses: ['applications_closed'],
      async handle(call) {
        const joinable = await getJoinable(deps, call.params.slug ?? '');
        const request = joinReader.read(call.body);
        mayApply(call.address);
        return { status: 201, body: { data: await apply(deps, joinable, request) } };
      },
    },
  ];
}
