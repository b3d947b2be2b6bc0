import type { GroupRecord, PartnerRecord } from '@headwater/contract';
import { Link } from '@tanstack/react-router';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { count } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { usePartners } from '../names.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { useGroups, usePolicies } from './groups-query.ts';
import { inForce, termsText } from './terms-text.ts';

export function Groups() {
  return <NeedsProgram title="Groups and terms">{({ id }) => <GroupList programId={id} />}</NeedsProgram>;
}

function GroupList({ programId }: { programId: number }) {
  const { may } = useMe();
  const groups = useGroups(programId);
  const partners = usePartners();
  return (
    <>
      <PageHead title="Groups and terms">
        {may('program:update') && (
          <Ask
            trigger="New group"
            look="primary"
            title="A new group"
            description="For partners who get terms of their own. Partners are moved into it on their page or in the group."
            verb="Create group"
            act={({ name = '' }) => moneyApi.createGroup(programId, name)}
          >
            <Field label="Name" name="name" required maxLength={255} autoFocus />
          </Ask>
        )}
      </PageHead>
      <Card>
        <Loading query={groups} standIn={<Lines />}>
          {(all) => (
            <Rows
              label="Groups"
              rows={all}
              keyOf={({ id }) => id}
              columns={[
                { header: 'Group', isHead: true, cell: (one) => <GroupName group={one} /> },
                { header: 'Terms now', cell: (one) => <TermsNow groupId={one.id} /> },
                {
                  header: 'Partners',
                  isRight: true,
                  from: 'sm',
                  cell: (one) => partners.data && count(inGroup(partners.data, one.id).length),
                },
              ]}
            />
          )}
        </Loading>
      </Card>
    </>
  );
}

export const inGroup = (partners: readonly PartnerRecord[], groupId: number) =>
  partners.filter(({ group_id }) => group_id === groupId);

function GroupName({ group }: { group: GroupRecord }) {
  return (
    <span className="flex items-center gap-2">
      <Link
        to="/groups/$groupId"
        params={{ groupId: String(group.id) }}
        search={(old) => old}
        className="font-medium hover:underline"
      >
        {group.name}
      </Link>
      {group.is_default && <Badge>Default</Badge>}
    </span>
  );
}

function TermsNow({ groupId }: { groupId: number }) {
  const { data } = usePolicies(groupId);
  if (data === undefined) return <span aria-hidden="true" className="skeleton block h-4 w-40" />;
  const policy = inForce(data);
  return policy ? (
    <span className="text-ink-2">{termsText(policy, policy.currency)}</span>
  ) : (
    <span className="text-ink-3">None: its partners earn nothing</span>
  );
}
