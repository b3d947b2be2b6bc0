import type { PartnerRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api } from '../../client/index.ts';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge, toneOf } from '../../parts/badge.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { day } from '../../shell/format.ts';
import { PeriodBar } from '../../shell/period-bar.tsx';
import { useMe, useSubject } from '../../shell/session.ts';
import { PortalAccess } from '../applications/portal-access.tsx';
import { useGroups } from '../groups/groups-query.ts';
import { NeedsProgram } from '../needs-program.tsx';
import { BalanceTiles, FigureTiles } from './partner-figures.tsx';
import { CommissionsOf, LinksOf } from './partner-lists.tsx';
import { PayoutMethod } from './payout-method.tsx';
import { standingName, stepsFrom } from './standing.ts';
import { Statement } from './statement.tsx';

export function Partner() {
  return <NeedsProgram title="Partner">{({ id }) => <PartnerPage programId={id} />}</NeedsProgram>;
}

function PartnerPage({ programId }: { programId: number }) {
  const { partnerId } = useParams({ strict: false }) as { partnerId: string };
  const id = Number(partnerId);
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const query = useQuery({
    queryKey: ['partner', programId, id],
    queryFn: ({ signal }) => moneyApi.partner(programId, id, signal),
  });
  return (
    <>
      <Link
        to="/program/partners"
        search={(old) => old}
        className="mb-3 inline-block text-ink-2 hover:underline"
      >
        ← Partners
      </Link>
      <Loading query={query} standIn={<Lines count={12} />}>
        {(partner) => (
          <>
            <PageHead title={partner.name}>
              <Badge tone={toneOf(partner.status)}>{standingName(partner.status)}</Badge>
              <PortalAccess partner={partner} />
              <Acts programId={programId} partner={partner} />
            </PageHead>
            <p className="-mt-2 mb-5 text-ink-2">
              {partner.email_masked ? `${partner.email_masked}, joined` : 'Joined'}{' '}
              {day(partner.joined_at, timeZone)}
            </p>
            <BalanceTiles programId={programId} partnerId={id} />
            <div className="mb-3 flex flex-wrap items-center justify-end gap-2">
              <h2 className="mr-auto font-semibold text-base">In this period</h2>
              <PeriodBar timeZone={timeZone} />
            </div>
            <FigureTiles programId={programId} partnerId={id} timeZone={timeZone} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Statement programId={programId} partner={partner} timeZone={timeZone} />
              <div className="space-y-4">
                <LinksOf programId={programId} partner={partner} />
                <PayoutMethod programId={programId} partner={partner} />
                <CommissionsOf programId={programId} partnerId={id} timeZone={timeZone} />
              </div>
            </div>
          </>
        )}
      </Loading>
    </>
  );
}

/** Moving, suspending, removing: each asks, and says what it means. */
function Acts({ programId, partner }: { programId: number; partner: PartnerRecord }) {
  const { may } = useMe();
  const groups = useGroups(programId).data ?? [];
  const group = groups.find(({ id }) => id === partner.group_id);
  if (!may('program:update')) return group ? <Badge>{group.name}</Badge> : null;
  return (
    <>
      {groups.length > 1 && (
        <Ask
          trigger={group ? `Group: ${group.name}` : 'Group'}
          title={`Move ${partner.name} to another group?`}
          description="The other group’s terms are for payments from now on; earlier ones keep these."
          verb="Move"
          act={({ group_id }) => api.updatePartner(programId, partner.id, { group_id: Number(group_id) })}
        >
          <Select label="To" name="group_id">
            {groups
              .filter(({ id }) => id !== partner.group_id)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
          </Select>
        </Ask>
      )}
      {stepsFrom[partner.status].map(({ to, verb, look, means }) => (
        <Ask
          key={to}
          trigger={verb}
          look={look}
          title={`${verb} ${partner.name}?`}
          description={means}
          verb={verb}
          act={() => api.updatePartner(programId, partner.id, { status: to })}
        />
      ))}
    </>
  );
}
