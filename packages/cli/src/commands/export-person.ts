import type { PersonExport } from '@headwater/contract';
import type { Command } from 'commander';
import { openContext } from '../context.ts';
import type { End } from './command.ts';
import { personCommand, type SubjectOptions, subjectOf } from './erase-person.ts';

/** `headwater export`: everything that is known of a person, as JSON on standard output. */
export function exportPersonCommand(_end: End): Command {
  return personCommand('export', 'Hand out everything that is known of a person, as JSON').action(
    async (options: SubjectOptions) => {
      const { api, out } = openContext(options);
      const { data } = await api.post<{ data: PersonExport }>('/api/v1/people/export', subjectOf(options));
      out.json(data);
    },
  );
}
