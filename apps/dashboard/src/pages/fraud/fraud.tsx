import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moneyApi } from '../../client/money.ts';
import { Button } from '../../parts/button.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Older, useCursorList } from '../../parts/cursor-table.tsx';
import { FormError } from '../../parts/field.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { counted, words } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { ruleNames, rules } from './rules.ts';
import { RulesDialog } from './rules-dialog.tsx';
import { Signal } from './signal.tsx';

export function Fraud() {
  return <NeedsProgram title="Fraud signals">{({ id }) => <SignalList programId={id} />}</NeedsProgram>;
}

function SignalList({ programId }: { programId: number }) {
  const { may } = useMe();
  const [status, setStatus] = useState('open');
  const [rule, setRule] = useState('');
  const filter = { status, rule, limit: 50 };
  const list = useCursorList(['signals', programId, filter], (cursor, signal) =>
    moneyApi.signals(programId, { ...filter, cursor }, signal),
  );
  return (
    <>
      <PageHead title="Fraud signals">
        <FilterSelect
          label="Status"
          any="All"
          among={['open', 'dismissed']}
          nameOf={(one) => (one === 'open' ? 'To be looked at' : words(one))}
          value={status}
          onValue={setStatus}
        />
        <FilterSelect
          label="Rule"
          any="Every rule"
          among={ruleNames}
          nameOf={(one) => rules[one].name}
          value={rule}
          onValue={setRule}
        />
        {may('program:update') && (
          <>
            <RulesDialog programId={programId} />
            <Scan programId={programId} />
          </>
        )}
      </PageHead>
      <Card>
        <Loading query={list.query} standIn={<Lines count={10} />}>
          {() =>
            list.rows.length === 0 ? (
              <Empty title={status === 'open' ? 'Nothing looks wrong' : 'No signal is like that'}>
                {status === 'open'
                  ? 'The rules look at the commissions of the last 90 days every hour. They never decide: they show why.'
                  : 'Choose another status or rule.'}
              </Empty>
            ) : (
              <ul aria-label="Fraud signals" className="divide-y divide-line">
                {list.rows.map((signal) => (
                  <Signal key={signal.id} programId={programId} signal={signal} />
                ))}
              </ul>
            )
          }
        </Loading>
        <Older of={list.query} />
      </Card>
    </>
  );
}

function Scan({ programId }: { programId: number }) {
  const queryClient = useQueryClient();
  const scan = useMutation({
    mutationFn: () => moneyApi.scan(programId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['signals'] }),
  });
  return (
    <>
      <Button onClick={() => scan.mutate()} disabled={scan.isPending}>
        {scan.isPending ? 'Looking…' : 'Look now'}
      </Button>
      <span role="status" className="text-ink-2 empty:hidden">
        {scan.data && `${counted(scan.data.found, 'new signal')}`}
      </span>
      <FormError error={scan.error} />
    </>
  );
}
