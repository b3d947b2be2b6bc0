import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../platform/index.ts';
import { type Dashboard, installDashboard } from './dashboard.ts';

export interface PlainDeps {
  metrics: Metrics;
  /** The built tracker script. */
  tracker: string;
  /** Undefined: it was not built. */
  dashboard: Dashboard | undefined;
  /** Whether each part that requests depend on is there. */
  readiness(): Promise<Record<string, boolean>>;
}

/** What is not part of the JSON API: health, metrics, the tracker script and the dashboard. */
export function plainRoutes(deps: PlainDeps): (app: FastifyInstance) => void {
  const etag = `"${createHash('sha256').update(deps.tracker).digest('base64url').slice(0, 22)}"`;
  return (app) => {
    if (deps.dashboard !== undefined) installDashboard(app, deps.dashboard);
    // Without a page to look at, the reference is what a person who opens the address wants.
    else app.get('/', (_request, reply) => reply.redirect('/docs'));

    app.get('/healthz', async () => ({ status: 'ok' }));

    app.get('/readyz', async (_request, reply) => {
      const parts = await deps.readiness();
      const isReady = Object.values(parts).every(Boolean);
      return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', ...parts });
    });

    app.get('/metrics', async (_request, reply) =>
      reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics()),
    );

    for (const path of ['/js/headwater.js', '/js/affitor-tracker.js']) {
      app.get(path, async (request, reply) => {
        reply.headers({
          'content-type': 'text/javascript; charset=utf-8',
          'cache-control': 'public, max-age=3600',
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
          etag,
        });
        if (request.headers['if-none-match'] === etag) return reply.status(304).send();
        return reply.send(deps.tracker);
      });
    }
  };
}
