import type { GoalItem, WebsiteRecord } from '@headwater/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { insight } from '../../client/insight.ts';
import { Ask } from '../../parts/ask.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Scrollable } from '../../parts/scrollable.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { count, money, percent } from '../../shell/format.ts';
import { PeriodBar } from '../../shell/period-bar.tsx';
import { daysOf, type Search } from '../../shell/search.ts';
import { useMe } from '../../shell/session.ts';
import { NeedsSubject } from '../needs-subject.tsx';
import { AddGoal } from './add-goal.tsx';

export function Goals() {
  return (
    <NeedsSubject>
      {({ website, timeZone }) =>
        website ? (
          <List website={website} timeZone={timeZone} />
        ) : (
          <>
            <PageHead title="Goals" />
            <Empty title="This program has no website">
              Goals are pages and events of a website. Bind one to the program, or choose a website on the
              left.
            </Empty>
          </>
        )
      }
    </NeedsSubject>
  );
}

const metrics = ['conversions', 'converters', 'goal_rate', 'goal_value_cents'] as const;

/** What visitors should reach, and how many of the period did. */
function List({ website, timeZone }: { website: WebsiteRecord; timeZone: string }) {
  const mayChange = useMe().may('program:update');
  const search = useSearch({ strict: false }) as Search;
  const id = website.website_id;
  const goals = useQuery({
    queryKey: ['goals', id],
    queryFn: ({ signal }) => insight.goals(id, { signal }),
  });
  const question = {
    ...{ website_id: id, ...daysOf(search, timeZone) },
    ...{ metrics: [...metrics], dimensions: ['goal' as const], limit: 100 },
  };
  const figures = useQuery({
    queryKey: ['goal-figures', question, goals.data?.map((goal) => goal.id)],
    queryFn: ({ signal }) => api.query(question, signal),
    placeholderData: keepPreviousData,
    enabled: (goals.data?.length ?? 0) > 0,
  });
  const add = mayChange ? <AddGoal websiteId={id} currency={website.currency} /> : null;
  return (
    <>
      <PageHead title="Goals">
        <PeriodBar timeZone={timeZone} />
        {goals.data && goals.data.length > 0 && add}
      </PageHead>
      <Card>
        <Loading query={goals} standIn={<Lines count={6} />}>
          {(known) =>
            known.length === 0 ? (
              <Empty title="What should visitors reach?">
                <p>
                  A goal is a page or an event under a name: thanks for the order, a sign-up. It counts what
                  was there before it, too.
                </p>
                <div className="mt-4">{add}</div>
              </Empty>
            ) : (
              <Scrollable label="Goals">
                <table className="w-full">
                  <thead>
                    <tr className="text-ink-3 text-xs">
                      <th scope="col" className="px-4 py-2 text-left font-medium">
                        Goal
                      </th>
                      {['Visitors', 'Rate', 'Times', 'Value'].map((name) => (
                        <th key={name} scope="col" className="px-3 py-2 text-right font-medium">
                          {name}
                        </th>
                      ))}
                      {mayChange && <td className="w-24" />}
                    </tr>
                  </thead>
                  <tbody className="divide-y divide-line border-line border-t">
                    {known.map((goal) => (
                      <Row
                        key={goal.id}
                        goal={goal}
                        figures={
                          figures.data?.rows.find(({ dimensions }) => dimensions.goal === goal.name)?.metrics
                        }
                        isKnown={figures.data !== undefined}
                        currency={website.currency}
                        mayChange={mayChange}
                      />
                    ))}
                  </tbody>
                </table>
              </Scrollable>
            )
          }
        </Loading>
      </Card>
      {figures.error && <p className="mt-3 text-bad">{figures.error.message}</p>}
    </>
  );
}

function Row(props: {
  goal: GoalItem;
  figures: Record<string, number | null> | undefined;
  isKnown: boolean;
  currency: string;
  mayChange: boolean;
}) {
  const { goal, figures, isKnown, currency, mayChange } = props;
  const cell = (text: string) => (
    <td className="num whitespace-nowrap px-3 py-2 text-right">
      {isKnown ? text : <span className="skeleton inline-block h-4 w-10" />}
    </td>
  );
  return (
    <tr>
      <th scope="row" className="min-w-48 px-4 py-2 text-left font-normal">
        <span className="block font-medium">{goal.name}</span>
        <span className="block text-ink-2 text-xs">{ruleOf(goal)}</span>
      </th>
      {cell(count(figures?.converters ?? 0))}
      {cell(percent((figures?.goal_rate ?? 0) / 100, 2))}
      {cell(count(figures?.conversions ?? 0))}
      {cell(goal.value_cents === null ? '–' : money(figures?.goal_value_cents ?? 0, currency))}
      {mayChange && (
        <td className="px-4 py-2 text-right">
          <Ask
            trigger={
              <>
                Delete<span className="sr-only"> {goal.name}</span>
              </>
            }
            look="quiet"
            title={`Delete “${goal.name}”?`}
            description="What visitors did stays, and a goal of the same rule would count it again. Reports and segments that ask for it are refused."
            verb="Delete goal"
            verbLook="danger"
            act={() => insight.removeGoal(goal.id)}
            renews={['goals']}
          />
        </td>
      )}
    </tr>
  );
}

function ruleOf({ path, event, property, property_value: value }: GoalItem): string {
  if (path !== null) return `sees ${path}`;
  if (property === null) return `does ${event}`;
  return value === null ? `does ${event} with ${property}` : `does ${event} with ${property} = ${value}`;
}
