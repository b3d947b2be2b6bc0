import { FunnelAnswer, FunnelRequest } from '@headwater/contract';
import { AppError, hourMs, type Route, reader } from '../../platform/index.ts';
import { dataRoute, listPartnerNames } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readPeriod } from '../period.ts';
import { readSubject } from '../subject.ts';
import { countFunnel } from './funnel.ts';

const funnelReader = reader(FunnelRequest);

export function funnelRoutes(deps: ReportDeps): Route[] {
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/reports/funnel',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'How many people took some steps one after another. Changes nothing',
        body: FunnelRequest,
        answer: FunnelAnswer,
        status: 200,
        async handle(call, manager) {
          const request = funnelReader.read(call.body);
          const { steps, by, window_hours: windowHours = 720 } = request;
          if (steps.some(({ type, name }) => type === 'event' && (name ?? '').trim() === '')) {
            throw new AppError('invalid_request', 'steps is invalid: an event needs a name');
          }
          const subject = await readSubject(deps.directory, manager, request);
          const period = readPeriod(request, subject.timeZone, deps.clock.now());
          const lagSeconds = await deps.lagSeconds();
          const scope = { subject, ...period, steps, windowMs: windowHours * hourMs, by };
          const { persons, rows } = await countFunnel(deps.clickhouse, scope);
          const ids =
            by === 'partner' ? rows.filter(({ key }) => key !== '').map(({ key }) => Number(key)) : [];
          const names = await listPartnerNames(deps.postgres, subject.workspaceId, ids);
          const rest = persons.map((count, step) =>
            rows.reduce((left, row) => left - (row.persons[step] ?? 0), count),
          );
          return {
            steps: persons.map((count, step) => ({
              persons: count,
              of_first: part(count, persons[0]),
              of_previous: part(count, persons[Math.max(0, step - 1)]),
            })),
            rows: rows.map((row) => {
              const name = names.get(Number(row.key));
              return name === undefined ? row : { ...row, name };
            }),
            other_rows: by === undefined ? [] : rest,
            lag_seconds: Math.round(lagSeconds * 1000) / 1000,
          };
        },
      },
      deps.directory,
    ),
  ];
}

function part(count: number, whole = 0): number {
  return whole === 0 ? 0 : Math.round((count / whole) * 1e6) / 1e6;
}
