import Type, { type TSchema } from 'typebox';
import { type Call, invariant, type ManagementPrincipal, type Route, type Scope } from '../platform/index.ts';

/** A route that answers a file to be saved, not JSON. */
export function fileRoute(spec: {
  path: string;
  scope: Scope;
  tag: string;
  summary: string;
  file: NonNullable<Route['file']>;
  query?: TSchema;
  refuses?: Route['refuses'];
  handle(call: Call, manager: ManagementPrincipal): Promise<{ name: string; content: Buffer | string }>;
}): Route {
  const { handle, scope, ...row } = spec;
  return {
    ...row,
    method: 'GET',
    access: { kind: 'management', scope },
    errors: 'coded',
    failure: 'Internal error',
    answers: { 200: Type.String({ format: 'binary' }) },
    async handle(call) {
      invariant(call.principal.kind === 'management', 'a file is fetched with a management key');
      const { name, content } = await handle(call, call.principal);
      return {
        status: 200,
        body: typeof content === 'string' ? Buffer.from(content) : content,
        headers: {
          'content-type': spec.file === 'text/csv' ? 'text/csv; charset=utf-8' : spec.file,
          'content-disposition': `attachment; filename="${name}"`,
          'cache-control': 'no-store',
        },
      };
    },
  };
}
