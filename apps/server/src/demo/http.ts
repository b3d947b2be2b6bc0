import { DemoAnswer, DemoRequest } from '@headwater/contract';
import {
  AppError,
  type ClickHouse,
  type Clock,
  type Postgres,
  type Route,
  reader,
} from '../platform/index.ts';
import { type Directory, dataRoute, findEnrolledPartners, getOwnWebsite } from '../workspaces/index.ts';
import { insertDemoPart } from './insert-demo-part.ts';

const demoReader = reader(DemoRequest);

export function demoRoutes(deps: {
  postgres: Postgres;
  clickhouse: ClickHouse;
  directory: Directory;
  clock: Clock;
}): Route[] {
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/websites/:id/demo-events',
        scope: 'program:create',
        tag: 'Reports',
        summary: 'Fill a website of a .example domain with a year of made-up events',
        refuses: ['conflict'],
        body: DemoRequest,
        answer: DemoAnswer,
        status: 201,
        async handle(call, manager) {
          const website = await getOwnWebsite(deps.directory, manager, call.params.id);
          if (!website.domain.endsWith('.example'))
            throw new AppError('conflict', 'Only a website of a .example domain takes made-up events');
          const {
            events,
            seed = 1,
            part = 0,
            parts = 1,
            partner_ids: told = [],
          } = demoReader.read(call.body);
          if (part >= parts) throw new AppError('invalid_request', 'part is invalid');
          const { workspaceId, programId } = website;
          const enrolled =
            programId === null
              ? new Set<number>()
              : await findEnrolledPartners(deps.postgres, { workspaceId, id: programId }, told);
          const partnerIds = told.filter((id) => enrolled.has(id));
          const inserted = await insertDemoPart(deps.clickhouse, {
            ...{ workspaceId, websiteId: website.id, programId: programId ?? 0, currency: website.currency },
            ...{ partnerIds, seed, events, part, parts },
            until: deps.clock.now().toISOString().slice(0, 10),
          });
          return { events: inserted };
        },
      },
      deps.directory,
    ),
  ];
}
