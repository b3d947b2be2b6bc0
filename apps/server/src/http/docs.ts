import apiReference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import type { Route } from '../platform/index.ts';
import { documentOf } from './reference/document.ts';

/** `/openapi.json`, made from the table of routes, and `/docs`, the reference rendered from it. */
export async function installDocs(app: FastifyInstance, routes: readonly Route[]): Promise<void> {
  // Made when it is first asked for: a server starts without.
  let document: string | undefined;
  app.get('/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(documentOf(routes));
    return reply.type('application/json; charset=utf-8').send(document);
  });
  await app.register(apiReference, {
    routePrefix: '/docs',
    // Nothing of the page may call anybody else's server.
    configuration: {
      url: '/openapi.json',
      title: 'Headwater API',
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never',
      proxyUrl: '',
    } as never,
  });
}
