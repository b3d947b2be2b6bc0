import { createHash } from 'node:crypto';
import type { TaxDocument } from '@headwater/contract';
import { AppError, type ManagementPrincipal, type Sealer, smallId } from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { endingOf, mediaTypeOf } from './media-type.ts';
import type { Mine } from './own-program.ts';
import * as queries from './queries.ts';

/** Enough for a form a year and every mistake; a partner's documents stay until the partner is forgotten. */
const mostDocuments = 20;

/** Keeps a document of a partner, sealed. 400 for what is no PDF, PNG or JPEG by its content. */
export async function uploadDocument(
  { postgres, clock, sealer }: PortalDeps,
  { program, partnerId, actor }: Mine,
  file: { name: string; content: Buffer },
): Promise<TaxDocument> {
  const { workspaceId } = program;
  const mediaType = mediaTypeOf(file.content);
  if (mediaType === undefined)
    throw new AppError('invalid_request', 'The document must be a PDF, a PNG or a JPEG');
  const sha256 = createHash('sha256').update(file.content).digest();
  const now = clock.now();
  const sealed = sealer.seal(file.content.toString('base64'), contextOf(workspaceId, partnerId));
  const row = await postgres.transaction(async (trx) => {
    await queries.lockPartner(trx, workspaceId, partnerId);
    const known = await queries.listDocuments(trx, workspaceId, partnerId);
    const same = known.find((one) => one.sha256.equals(sha256));
    if (same !== undefined) return same;
    if (known.length >= mostDocuments)
      throw new AppError('conflict', `At most ${mostDocuments} documents are kept; ask the program`);
    const made = await queries.insertDocument(trx, {
      ...{ workspaceId, partnerId, mediaType, sealed, sha256 },
      fileName: safeName(file.name, endingOf[mediaType]),
      sizeBytes: file.content.length,
      uploadedBy: actorName(actor),
      uploadedAt: now,
    });
    const act = {
      act: 'tax_document.upload',
      programId: program.id,
      subject: `partner ${partnerId}`,
      details: { document: Number(made.id), media_type: mediaType, sha256: sha256.toString('hex') },
    };
    await recordAct(trx, { workspaceId, name: actorName(actor) }, act, now);
    return made;
  });
  return toDocument(row);
}

export async function listDocumentsOf(
  { postgres }: Pick<PortalDeps, 'postgres'>,
  workspaceId: number,
  partnerId: number,
): Promise<TaxDocument[]> {
  return (await queries.listDocuments(postgres, workspaceId, partnerId)).map(toDocument);
}

/** A document for whoever pays; who took it is in the audit log. */
export async function downloadDocument(
  { postgres, clock, sealer }: Pick<PortalDeps, 'postgres' | 'clock' | 'sealer'>,
  actor: ManagementPrincipal,
  documentId: unknown,
): Promise<{ name: string; content: Buffer }> {
  const id = smallId(documentId);
  const { workspaceId, programScope } = actor;
  return postgres.transaction(async (trx) => {
    const row = id === undefined ? undefined : await queries.findDocument(trx, workspaceId, id, programScope);
    if (row === undefined) throw new AppError('tax_document_not_found');
    const act = {
      act: 'tax_document.download',
      programId: null,
      subject: `partner ${row.partnerId}`,
      details: { document: Number(row.id) },
    };
    await recordAct(trx, { workspaceId, name: actorName(actor) }, act, clock.now());
    return { name: row.fileName, content: open(sealer, row) };
  });
}

function open(sealer: Sealer, row: queries.TaxDocumentRow & { sealed: Buffer }): Buffer {
  return Buffer.from(sealer.open(row.sealed, contextOf(row.workspaceId, row.partnerId)), 'base64');
}

function contextOf(workspaceId: number, partnerId: number): string {
  return `tax document of partner ${partnerId} of workspace ${workspaceId}`;
}

/** A name that is none but a name, for headers and file systems, with the ending of what the file is. */
function safeName(name: string, ending: string): string {
  const base = name
    .normalize('NFKD')
    .replace(/^.*[/\\]/s, '')
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^\w-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${base || 'document'}.${ending}`;
}

function toDocument(row: queries.TaxDocumentRow): TaxDocument {
  return {
    id: Number(row.id),
    file_name: row.fileName,
    media_type: row.mediaType,
    size_bytes: row.sizeBytes,
    sha256: row.sha256.toString('hex'),
    uploaded_at: row.uploadedAt.toISOString(),
  };
}
