import { ImportRatesAnswer, ImportRatesRequest, RateItem, RatesQuery } from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { type Directory, dataRoute, listRoute } from '../workspaces/index.ts';
import { importRates, listRates, type RateDeps } from './import-rates.ts';

const tag = 'Exchange rates';
const path = '/api/v1/fx-rates';
const importReader = reader(ImportRatesRequest);

export function rateRoutes(deps: RateDeps & { directory: Directory }): Route[] {
  return [
    dataRoute(
      {
        method: 'POST',
        path,
        scope: 'billing:manage',
        tag,
        summary: 'Import dated exchange rates, as JSON or as the text of a CSV file',
        body: ImportRatesRequest,
        answer: ImportRatesAnswer,
        status: 201,
        handle: (call, manager) => importRates(deps, manager, importReader.read(call.body)),
      },
      deps.directory,
    ),
    listRoute(
      {
        path,
        scope: 'program:read',
        tag,
        summary: 'List the exchange rates that are known, the latest day first',
        query: RatesQuery,
        answer: RateItem,
        handle: (call, manager) => listRates(deps, manager, call.query),
      },
      deps.directory,
    ),
  ];
}
