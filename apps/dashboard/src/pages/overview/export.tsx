import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import type { Search } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { baseOf } from './question.ts';

/** The period by day and source, as a file. */
export function Export({ subject }: { subject: Subject }) {
  const search = useSearch({ strict: false }) as Search;
  const save = useMutation({
    mutationFn: () =>
      api.queryFile({
        ...baseOf(subject, search),
        metrics: [
          'visitors',
          'customers',
          'payments',
          'gross_revenue_cents',
          'net_revenue_cents',
          'commissions_cents',
        ],
        dimensions: ['day', 'channel', 'source', 'campaign'],
        format: 'csv',
      }),
    onSuccess(file) {
      const url = URL.createObjectURL(file);
      const link = Object.assign(document.createElement('a'), { href: url, download: `${subject.name}.csv` });
      link.click();
      URL.revokeObjectURL(url);
    },
  });
  return (
    <>
      <Button onClick={() => save.mutate()} disabled={save.isPending}>
        {save.isPending ? 'Exporting…' : 'Export CSV'}
      </Button>
      <span role="alert" className="text-bad empty:hidden">
        {save.error?.message}
      </span>
    </>
  );
}
