import {
  CreateLinkRequest,
  CreatePartnerRequest,
  LinkRecord,
  ListQuery,
  PartnerRecord,
  PartnersQuery,
  UpdateLinkRequest,
  UpdatePartnerRequest,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { createLink } from './create-link.ts';
import { enrollPartner } from './enroll-partner.ts';
import { listLinks } from './list-links.ts';
import { getPartnerRecord, listPartners } from './list-partners.ts';
import { dataRoute, listRoute } from './manage-route.ts';
import type { SetUp } from './set-up.ts';
import { updateLink } from './update-link.ts';
import { updatePartner } from './update-partner.ts';

const tag = 'Partners';
const createPartnerReader = reader(CreatePartnerRequest);
const updatePartnerReader = reader(UpdatePartnerRequest);
const createLinkReader = reader(CreateLinkRequest);
const updateLinkReader = reader(UpdateLinkRequest);

export function partnerRoutes(setUp: SetUp): Route[] {
  const { directory } = setUp;
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/partners',
        scope: 'program:update',
        tag,
        summary: 'Enroll a partner, with a first link',
        refuses: ['partner_exists', 'code_taken', 'conflict'],
        body: CreatePartnerRequest,
        answer: PartnerRecord,
        status: 201,
        handle: (call, manager) =>
          enrollPartner(setUp, manager, call.params.id, createPartnerReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/programs/:id/partners',
        scope: 'program:read',
        tag,
        summary: 'List the partners of a program',
        query: PartnersQuery,
        answer: PartnerRecord,
        handle: (call, manager) => listPartners(setUp, manager, call.params.id, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/programs/:id/partners/:partner_id',
        scope: 'program:read',
        tag,
        summary: 'Read a partner of a program',
        answer: PartnerRecord,
        status: 200,
        handle: (call, manager) => getPartnerRecord(setUp, manager, call.params.id, call.params.partner_id),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: '/api/v1/programs/:id/partners/:partner_id',
        scope: 'program:update',
        tag,
        summary: 'Approve, reject, remove or move a partner',
        refuses: ['conflict'],
        body: UpdatePartnerRequest,
        answer: PartnerRecord,
        status: 200,
        handle: (call, manager) =>
          updatePartner(
            setUp,
            manager,
            call.params.id,
            call.params.partner_id,
            updatePartnerReader.read(call.body),
          ),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/links',
        scope: 'program:update',
        tag,
        summary: 'Give a partner another link',
        refuses: ['partner_not_found', 'code_taken', 'conflict'],
        body: CreateLinkRequest,
        answer: LinkRecord,
        status: 201,
        handle: (call, manager) =>
          createLink(setUp, manager, call.params.id, createLinkReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        path: '/api/v1/programs/:id/links',
        scope: 'program:read',
        tag,
        summary: 'List the links of a program',
        query: ListQuery,
        answer: LinkRecord,
        handle: (call, manager) => listLinks(setUp, manager, call.params.id, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: '/api/v1/links/:id',
        scope: 'program:update',
        tag,
        summary: 'Turn a link off or on, or lead it elsewhere',
        refuses: ['conflict'],
        body: UpdateLinkRequest,
        answer: LinkRecord,
        status: 200,
        handle: (call, manager) =>
          updateLink(setUp, manager, call.params.id, updateLinkReader.read(call.body)),
      },
      directory,
    ),
  ];
}
