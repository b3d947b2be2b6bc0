import type { ImportKind, PlausibleTable, StartImportRequest } from '@headwater/contract';

// Written out here: the contract's own lists would bring its schemas along into the command.
export const kinds = ['payments', 'clicks', 'partners', 'umami', 'plausible'] satisfies ImportKind[];
export const tools = ['stripe', 'rewardful', 'dub', 'tolt'] satisfies StartImportRequest['from'][];

const tables = [
  'imported_visitors',
  'imported_sources',
  'imported_pages',
  'imported_entry_pages',
  'imported_exit_pages',
  'imported_custom_events',
  'imported_locations',
  'imported_devices',
  'imported_browsers',
  'imported_operating_systems',
] satisfies PlausibleTable[];

/** Files of Plausible’s export are called by their table and its days: imported_pages_20240101_20241231.csv. */
export function tableNamed(name: string): PlausibleTable | undefined {
  return tables.find((one) => new RegExp(`^${one}(_\\d+_\\d+)?\\.csv$`).test(name));
}

/** Which files of an archive are read. */
export function isOfKind(kind: ImportKind, name: string): boolean {
  if (kind === 'umami') return name === 'website_event.csv';
  return kind === 'plausible' ? tableNamed(name) !== undefined : name.toLowerCase().endsWith('.csv');
}
