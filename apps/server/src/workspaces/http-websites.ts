import {
  CreateWebsiteRequest,
  ListQuery,
  TokenRecord,
  UpdateWebsiteRequest,
  WebsiteRecord,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { dataRoute, listRoute } from './manage-route.ts';
import { regenerateWebsiteToken } from './regenerate-token.ts';
import type { SetUp } from './set-up.ts';
import { createWebsite, listWebsites, updateWebsite } from './websites.ts';

const tag = 'Websites';
const createReader = reader(CreateWebsiteRequest);
const updateReader = reader(UpdateWebsiteRequest);

export function websiteRoutes(setUp: SetUp): Route[] {
  const { directory } = setUp;
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/websites',
        scope: 'program:update',
        tag,
        summary: 'Create a website; its token is answered once',
        refuses: ['conflict'],
        body: CreateWebsiteRequest,
        answer: WebsiteRecord,
        status: 201,
        handle: (call, manager) => createWebsite(setUp, manager, createReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/websites',
        scope: 'program:read',
        tag,
        summary: 'List websites',
        query: ListQuery,
        answer: WebsiteRecord,
        handle: (call, manager) => listWebsites(setUp, manager, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: '/api/v1/websites/:id',
        scope: 'program:update',
        tag,
        summary: 'Change a website, or bind it to a program',
        refuses: ['conflict'],
        body: UpdateWebsiteRequest,
        answer: WebsiteRecord,
        status: 200,
        handle: (call, manager) =>
          updateWebsite(setUp, manager, call.params.id ?? '', updateReader.read(call.body), call.body),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/websites/:id/regenerate-token',
        scope: 'program:regenerate-token',
        tag,
        summary: 'Replace the website’s token; the old one dies at once',
        answer: TokenRecord,
        status: 200,
        handle: (call, manager) => regenerateWebsiteToken(setUp, manager, call.params.id),
      },
      directory,
    ),
  ];
}
