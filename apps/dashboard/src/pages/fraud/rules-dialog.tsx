import type { FraudAction } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Select } from '../../parts/field.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { ruleNames, rules } from './rules.ts';

const actions: readonly [FraudAction, string][] = [
  ['off', 'Off'],
  ['note', 'Note'],
  ['hold', 'Hold'],
];

/** What each rule does with what it finds. */
export function RulesDialog({ programId }: { programId: number }) {
  const query = useQuery({
    queryKey: ['fraud-rules', programId],
    queryFn: ({ signal }) => moneyApi.fraudRules(programId, signal),
  });
  return (
    <Ask
      trigger="Rules"
      title="What the rules do"
      description="Note: you see the signal. Hold: the commission waits besides, until somebody has looked."
      verb="Save"
      act={(fields) => moneyApi.setFraudRules(programId, fields)}
    >
      <Loading query={query} standIn={<Lines />}>
        {(known) => (
          <div className="space-y-3">
            {ruleNames.map((rule) => (
              <div key={rule} className="flex items-center gap-3">
                <p className="min-w-0 flex-1">
                  <span className="block font-medium">{rules[rule].name}</span>
                  <span className="block text-ink-2 text-xs">{rules[rule].means}</span>
                </p>
                <Select label={rules[rule].name} hideLabel name={rule} defaultValue={known[rule]}>
                  {actions.map(([value, name]) => (
                    <option key={value} value={value}>
                      {name}
                    </option>
                  ))}
                </Select>
              </div>
            ))}
          </div>
        )}
      </Loading>
    </Ask>
  );
}
