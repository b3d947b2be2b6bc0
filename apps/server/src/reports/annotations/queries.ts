import type { AnnotationKind } from '@headwater/contract';
import { type Sql, statement } from '../../platform/index.ts';

export interface Annotation {
  id: number;
  programId: number | null;
  websiteId: string | null;
  kind: AnnotationKind;
  text: string;
  happenedAt: Date;
  createdAt: Date;
}

/** Of a period: more would hide the chart that they stand on. */
const mostShown = 500;

const columns = `id::integer, program_id as "programId", website_id as "websiteId", kind, text,
  happened_at as "happenedAt", created_at as "createdAt"`;

const insert = statement(
  'annotations.insert',
  `insert into annotations (workspace_id, program_id, website_id, kind, text, happened_at, created_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
);

export async function insertAnnotation(
  sql: Sql,
  workspaceId: number,
  { programId, websiteId, kind, text, happenedAt, createdAt }: Omit<Annotation, 'id'>,
): Promise<Annotation> {
  const [row] = await sql.query<Annotation>(insert, [
    ...[workspaceId, programId, websiteId, kind, text, happenedAt, createdAt],
  ]);
  return row as Annotation;
}

const ofPeriod = statement(
  'annotations.of_period',
  `select ${columns} from annotations
   where workspace_id = $1 and happened_at >= $4 and happened_at < $5 and (
     program_id = $2 or website_id = $3 or website_id in (
       select w.id from websites w where w.workspace_id = $1 and w.program_id = $2))
   order by happened_at desc, id desc limit ${mostShown}`,
);

/** The latest first: of a website and of the program that it is bound to, whichever of both is told. */
export function listAnnotations(
  sql: Sql,
  workspaceId: number,
  { programId, websiteId, from, before }: AnnotationsAsked,
): Promise<Annotation[]> {
  return sql.query(ofPeriod, [workspaceId, programId, websiteId, from, before]);
}

interface AnnotationsAsked {
  programId: number | null;
  websiteId: string | null;
  from: Date;
  before: Date;
}

const byId = statement(
  'annotations.by_id',
  `select ${columns} from annotations where workspace_id = $1 and id = $2`,
);

export async function findAnnotation(
  sql: Sql,
  workspaceId: number,
  id: number,
): Promise<Annotation | undefined> {
  const [row] = await sql.query<Annotation>(byId, [workspaceId, id]);
  return row;
}

const remove = statement(
  'annotations.delete',
  'delete from annotations where workspace_id = $1 and id = $2 returning id',
);

/** False: it is not there any more. */
export async function deleteAnnotation(sql: Sql, workspaceId: number, id: number): Promise<boolean> {
  return (await sql.query(remove, [workspaceId, id])).length > 0;
}
