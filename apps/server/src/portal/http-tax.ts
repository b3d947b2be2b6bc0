import { ListQuery, TaxDocument, taxDocumentLimit, UploadQuery } from '@headwater/contract';
import Type from 'typebox';
import { fileRoute } from '../billing/index.ts';
import { AppError, type Route } from '../platform/index.ts';
import { getOwnProgram, listRoute } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { getMine } from './own-program.ts';
import { getPartnerOf } from './partner-access.ts';
import { portalData, portalList } from './portal-route.ts';
import { downloadDocument, listDocumentsOf, uploadDocument } from './tax-documents.ts';

const path = '/api/v1/portal/programs/:id/tax-documents';

/** Tax details: handed in by the partner, read by whoever pays. */
export function taxRoutes(deps: PortalDeps): Route[] {
  const { directory } = deps;
  return [
    portalData({
      method: 'POST',
      path,
      refuses: ['invalid_request', 'conflict'],
      summary:
        'Hand a tax document in: a PDF, PNG or JPEG of at most 5 MB as the body, its name in the query',
      raw: { limitBytes: taxDocumentLimit },
      body: Type.String({ format: 'binary', description: 'the file itself', examples: ['%PDF-1.7 … %%EOF'] }),
      query: UploadQuery,
      answer: TaxDocument,
      status: 201,
      async handle(call, me) {
        const mine = await getMine(deps, me, call.params.id);
        const { name = '' } = call.query;
        if (typeof name !== 'string' || name.length > 255)
          throw new AppError('invalid_request', 'name is invalid');
        return uploadDocument(deps, mine, { name, content: call.raw });
      },
    }),
    portalList({
      path,
      summary: 'The tax documents one handed in, newest first',
      query: ListQuery,
      answer: TaxDocument,
      async handle(call, me) {
        const { program, partnerId } = await getMine(deps, me, call.params.id);
        return { data: await listDocumentsOf(deps, program.workspaceId, partnerId), next_cursor: null };
      },
    }),
    listRoute(
      {
        path: '/api/v1/programs/:id/partners/:partner_id/tax-documents',
        scope: 'billing:manage',
        tag: 'Partners',
        summary: 'The tax documents that a partner handed in',
        query: ListQuery,
        answer: TaxDocument,
        async handle(call, manager) {
          const program = await getOwnProgram(directory, manager, call.params.id);
          const partnerId = await getPartnerOf(deps, program, call.params.partner_id);
          return { data: await listDocumentsOf(deps, program.workspaceId, partnerId), next_cursor: null };
        },
      },
      directory,
    ),
    fileRoute({
      path: '/api/v1/tax-documents/:id',
      scope: 'billing:manage',
      tag: 'Partners',
      summary: 'Download a tax document; noted in the audit log',
      // Handed on as it is and shown by nobody: it came from outside.
      file: 'application/octet-stream',
      handle: (call, manager) => downloadDocument(deps, manager, call.params.id),
    }),
  ];
}
