import { CreateStripeEndpointRequest, ListQuery, StripeEndpointItem } from '@headwater/contract';
import { type Route, reader } from '../../platform/index.ts';
import { actorName, dataRoute, getOwnProgram, listRoute } from '../../workspaces/index.ts';
import { addEndpoint, type EndpointDeps, listEndpoints, removeEndpoint } from './endpoints.ts';

const tag = 'Stripe';
const path = '/api/v1/programs/:id/stripe/endpoints';
const createReader = reader(CreateStripeEndpointRequest);

/** The signing secrets of a program: several at once, so that a secret can be rolled without losing a delivery. */
export function endpointRoutes(deps: EndpointDeps): Route[] {
  const { directory } = deps;
  return [
    dataRoute(
      {
        method: 'POST',
        path,
        scope: 'program:update',
        tag,
        summary: 'Add the signing secret of a webhook endpoint; it is never shown again',
        body: CreateStripeEndpointRequest,
        answer: StripeEndpointItem,
        status: 201,
        handle: async (call, manager) =>
          addEndpoint(
            deps,
            await getOwnProgram(directory, manager, call.params.id),
            createReader.read(call.body),
            actorName(manager),
          ),
      },
      directory,
    ),
    listRoute(
      {
        path,
        scope: 'program:read',
        tag,
        summary: 'List the webhook endpoints of a program, secrets masked, and when each was last heard of',
        query: ListQuery,
        answer: StripeEndpointItem,
        handle: async (call, manager) =>
          listEndpoints(deps, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path: `${path}/:endpoint_id`,
        scope: 'program:update',
        tag,
        summary: 'Forget a signing secret: deliveries signed with it are refused from now on',
        answer: StripeEndpointItem,
        status: 200,
        handle: async (call, manager) =>
          removeEndpoint(
            deps,
            await getOwnProgram(directory, manager, call.params.id),
            call.params.endpoint_id,
            actorName(manager),
          ),
      },
      directory,
    ),
  ];
}
