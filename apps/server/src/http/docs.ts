import swagger from '@fastify/swagger';
import apiReference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';

/** `/openapi.json`, made from the schemas that validate, and `/docs`, the reference rendered from it. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Headwater',
        version: '1',
        description:
          'Traces every payment back to its source: the partner who earned it and the visit that brought it. How to integrate: [guides](/docs/guides).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      externalDocs: { description: 'Guides', url: '/docs/guides' },
      components: {
        securitySchemes: {
          program: { type: 'http', scheme: 'bearer', description: 'program tracking token, aff_…' },
          website: { type: 'http', scheme: 'bearer', description: 'website token, tf_…' },
          login: { type: 'http', scheme: 'bearer', description: 'CLI login token, hwl_…' },
          management: { type: 'http', scheme: 'bearer', description: 'management key, affk_…' },
          partner: {
            type: 'apiKey',
            in: 'cookie',
            name: 'headwater.session_token',
            description: 'the session of a partner who signed in, from a page of this server',
          },
        },
      },
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
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
