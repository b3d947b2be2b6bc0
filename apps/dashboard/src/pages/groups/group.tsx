import type { GroupRecord, PartnerRecord, PolicyRecord } from '@headwater/contract';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api } from '../../client/index.ts';
import { oneByOne } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { type Choice, ChoiceBar, Chooser, useChoice } from '../../parts/choice.tsx';
import { statusColumn } from '../../parts/columns.tsx';
import { Select } from '../../parts/field.tsx';
import { PartnerLink } from '../../parts/partner-link.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { type Column, ListEnd, VirtualTable } from '../../parts/virtual-table.tsx';
import { counted, day } from '../../shell/format.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { usePartners } from '../names.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { inGroup } from './groups.tsx';
import { useGroups, usePolicies } from './groups-query.ts';
import { TermsEditor } from './terms-editor.tsx';
import { inForce, isFromTheStart, termsText } from './terms-text.ts';

export function Group() {
  return (
    <NeedsProgram title="Group">
      {({ id, currency }) => <GroupPage programId={id} currency={currency} />}
    </NeedsProgram>
  );
}

function GroupPage({ programId, currency }: { programId: number; currency: string }) {
  const { groupId } = useParams({ strict: false }) as { groupId: string };
  const groups = useGroups(programId);
  const policies = usePolicies(Number(groupId));
  return (
    <>
      <Link to="/groups" search={(old) => old} className="mb-3 inline-block text-ink-2 hover:underline">
        ← Groups and terms
      </Link>
      <Loading query={groups} standIn={<Lines count={10} />}>
        {(all) => {
          const group = all.find(({ id }) => id === Number(groupId));
          if (!group) return <Empty title="This program has no such group" />;
          return (
            <>
              <PageHead title={group.name}>{group.is_default && <Badge>Default</Badge>}</PageHead>
              <Loading query={policies} standIn={<Lines count={10} />}>
                {(versions) => (
                  <>
                    <TermsNow policy={inForce(versions)} />
                    <TermsEditor
                      // Another version is another draft.
                      key={versions[0]?.id}
                      programId={programId}
                      groupId={group.id}
                      currency={currency}
                      now={inForce(versions)}
                    />
                    <div className="mt-4 grid items-start gap-4 lg:grid-cols-2">
                      <Versions versions={versions} now={inForce(versions)} />
                      <Members programId={programId} group={group} groups={all} />
                    </div>
                  </>
                )}
              </Loading>
            </>
          );
        }}
      </Loading>
    </>
  );
}

function TermsNow({ policy }: { policy: PolicyRecord | undefined }) {
  return (
    <p className="-mt-2 mb-5 max-w-3xl text-base text-ink-2">
      {policy
        ? `Its partners earn ${termsText(policy, policy.currency)}, held for ${policy.hold_period_days} days.`
        : 'Its partners earn nothing: there are no terms.'}
    </p>
  );
}

function Versions({ versions, now }: { versions: PolicyRecord[]; now: PolicyRecord | undefined }) {
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  return (
    <Card title="Terms over time">
      {versions.length === 0 ? (
        <Empty title="No terms yet" />
      ) : (
        <Rows
          label="Terms over time"
          rows={versions}
          keyOf={({ id }) => id}
          columns={[
            { header: 'Version', isHead: true, cell: ({ version }) => version },
            {
              header: 'Terms',
              cell: (one) => (
                <>
                  {termsText(one, one.currency)}
                  {one.product_id !== null && (
                    <span className="block text-ink-3 text-xs">Product {one.product_id} only</span>
                  )}
                  {one.tiers.length > 0 && (
                    <span className="block text-ink-3 text-xs">{counted(one.tiers.length, 'tier')}</span>
                  )}
                </>
              ),
            },
            {
              header: 'From',
              cell: (one) => (
                <span className="whitespace-nowrap text-ink-2">
                  {isFromTheStart(one.effective_from) ? 'The start' : day(one.effective_from, timeZone)}
                </span>
              ),
            },
            {
              header: 'State',
              from: 'sm',
              cell: (one) =>
                one.id === now?.id ? (
                  <Badge tone="good">In force</Badge>
                ) : Date.parse(one.effective_from) > Date.now() ? (
                  <Badge tone="accent">Ahead</Badge>
                ) : one.product_id !== null ? (
                  <Badge>Product</Badge>
                ) : (
                  <Badge>Before</Badge>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function Members({
  programId,
  group,
  groups,
}: {
  programId: number;
  group: GroupRecord;
  groups: GroupRecord[];
}) {
  const { may } = useMe();
  const partners = usePartners();
  const choice = useChoice();
  const others = groups.filter(({ id }) => id !== group.id);
  const mayMove = may('program:update') && others.length > 0;
  const columns = useMemo(() => columnsOf(mayMove ? choice : undefined), [mayMove, choice]);
  return (
    <Card title="Partners">
      <Loading query={partners} standIn={<Lines />}>
        {(all) => {
          const members = inGroup(all, group.id);
          const chosen = members.filter(({ id }) => choice.chosen.has(id));
          if (members.length === 0) return <Empty title="Nobody is in this group" />;
          return (
            <>
              {mayMove && (
                <ChoiceBar choice={choice} ids={members.map(({ id }) => id)} label="Choose all">
                  <Ask
                    trigger="Move"
                    verb="Move"
                    disabled={chosen.length === 0}
                    title={`Move ${counted(chosen.length, 'partner')}?`}
                    description="The other group’s terms are for their payments from now on; earlier ones keep these."
                    act={({ group_id }) =>
                      oneByOne(chosen, ({ id }) =>
                        api.updatePartner(programId, id, { group_id: Number(group_id) }),
                      )
                    }
                    onDone={choice.clear}
                  >
                    <Select label="To" name="group_id">
                      {others.map(({ id, name }) => (
                        <option key={id} value={id}>
                          {name}
                        </option>
                      ))}
                    </Select>
                  </Ask>
                </ChoiceBar>
              )}
              <VirtualTable
                label="Partners of the group"
                columns={columns}
                rows={members}
                keyOf={({ id }) => String(id)}
              />
              <ListEnd>{counted(members.length, 'partner')}</ListEnd>
            </>
          );
        }}
      </Loading>
    </Card>
  );
}

function columnsOf(choice: Choice | undefined): Column<PartnerRecord>[] {
  return [
    {
      id: 'partner',
      header: 'Partner',
      meta: { width: 'minmax(0,1fr)' },
      cell: ({ row: { original: one } }) => (
        <Chooser choice={choice} id={one.id} name={one.name}>
          <PartnerLink id={one.id} name={one.name} />
        </Chooser>
      ),
    },
    statusColumn('7rem'),
  ];
}
