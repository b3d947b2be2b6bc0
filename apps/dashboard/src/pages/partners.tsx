import type { PartnerBalance, PartnerRecord } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../client/index.ts';
import { Badge, toneOf } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Card, PageHead } from '../parts/card.tsx';
import { Copyable } from '../parts/copy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, FormError } from '../parts/field.tsx';
import { Scrollable } from '../parts/scrollable.tsx';
import { Empty, Lines, Loading } from '../parts/states.tsx';
import { day, money, words } from '../shell/format.ts';
import { useMe, useSubject } from '../shell/session.ts';
import { PortalAccess } from './applications/portal-access.tsx';
import { usePartners } from './names.ts';
import { NeedsProgram } from './needs-program.tsx';

export function Partners() {
  return <NeedsProgram title="Partners">{({ id }) => <PartnerList programId={id} />}</NeedsProgram>;
}

function PartnerList({ programId }: { programId: number }) {
  const { may } = useMe();
  const partners = usePartners();
  const balances = useQuery({
    queryKey: ['balances', programId],
    queryFn: ({ signal }) => api.balances(programId, signal),
  });
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const [text, setText] = useState('');
  const byPartner = useMemo(
    () => Map.groupBy(balances.data ?? [], ({ partner_id }) => partner_id),
    [balances.data],
  );
  const add = may('program:update') && <AddPartner programId={programId} />;
  return (
    <>
      <PageHead title="Partners">{add}</PageHead>
      <Card>
        <Loading query={partners} standIn={<Lines count={8} />}>
          {(all) => {
            const wanted = text.trim().toLowerCase();
            const shown = all.filter(
              ({ name, links }) =>
                name.toLowerCase().includes(wanted) ||
                links.some(({ code }) => code.toLowerCase().includes(wanted)),
            );
            if (all.length === 0)
              return (
                <Empty title="No partners yet">
                  Each gets a link of their own; who comes by it and pays earns them a commission.
                </Empty>
              );
            return (
              <>
                <div className="border-line border-b p-3">
                  <input
                    type="search"
                    aria-label="Search partners"
                    placeholder="Name or code"
                    value={text}
                    onChange={({ target }) => setText(target.value)}
                    className="h-8 w-full max-w-xs rounded-md border border-line bg-surface px-2.5 placeholder:text-ink-3"
                  />
                </div>
                <Scrollable label="Partners">
                  <table className="w-full">
                    <thead>
                      <tr className="text-left text-ink-3 text-xs">
                        <th scope="col" className="px-4 py-2 font-medium">
                          Partner
                        </th>
                        <th scope="col" className="px-4 py-2 font-medium max-md:hidden">
                          Link
                        </th>
                        <th scope="col" className="px-4 py-2 font-medium max-md:hidden">
                          Joined
                        </th>
                        <th scope="col" className="px-4 py-2 font-medium max-sm:hidden">
                          Status
                        </th>
                        <th scope="col" className="px-4 py-2 text-right font-medium">
                          Pending
                        </th>
                        <th scope="col" className="px-4 py-2 text-right font-medium">
                          Due
                        </th>
                      </tr>
                    </thead>
                    <tbody className="divide-y divide-line border-line border-t">
                      {shown.map((partner) => (
                        <Row
                          key={partner.id}
                          partner={partner}
                          balances={byPartner.get(partner.id) ?? []}
                          timeZone={timeZone}
                        />
                      ))}
                    </tbody>
                  </table>
                </Scrollable>
                {shown.length === 0 && <Empty title="No partner is called that" />}
              </>
            );
          }}
        </Loading>
      </Card>
    </>
  );
}

function Row({
  partner,
  balances,
  timeZone,
}: {
  partner: PartnerRecord;
  balances: PartnerBalance[];
  timeZone: string;
}) {
  const [link] = partner.links;
  const sum = (of: (balance: PartnerBalance) => number) =>
    balances.map((one) => money(of(one), one.currency)).join(' + ') || '–';
  return (
    <tr className="hover:bg-sunken">
      <th scope="row" className="px-4 py-2.5 text-left font-normal">
        <span className="block font-medium">{partner.name}</span>
        <span className="block text-ink-3 text-xs">{partner.email_masked ?? link?.code}</span>
      </th>
      <td className="px-4 py-2.5 max-md:hidden">
        {link && (
          <a href={link.url} className="text-accent hover:underline" rel="noreferrer" target="_blank">
            {link.code}
          </a>
        )}
      </td>
      <td className="whitespace-nowrap px-4 py-2.5 text-ink-2 max-md:hidden">
        {day(partner.joined_at, timeZone)}
      </td>
      <td className="px-4 py-2.5 max-sm:hidden">
        <Badge tone={toneOf(partner.status)}>{words(partner.status)}</Badge>
        <PortalAccess partner={partner} />
      </td>
      <td className="num whitespace-nowrap px-4 py-2.5 text-right text-ink-2">
        {sum((one) => one.pending_cents)}
      </td>
      <td className="num whitespace-nowrap px-4 py-2.5 text-right font-medium">
        {sum((one) => one.approved_cents + one.available_cents)}
      </td>
    </tr>
  );
}

function AddPartner({ programId }: { programId: number }) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: ({ name = '', email = '', code = '' }: Record<string, string>) =>
      api.addPartner(programId, { name, ...(email ? { email } : {}), ...(code ? { code } : {}) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['partners'] }),
  });
  const open = (next: boolean) => {
    setOpen(next);
    if (next) add.reset();
  };
  return (
    <Dialog
      open={isOpen}
      onOpenChange={open}
      trigger="Add partner"
      look="primary"
      title={add.data ? `${add.data.name} is in` : 'Add a partner'}
    >
      {add.data ? (
        <div className="space-y-4">
          <p>This is the link to share:</p>
          <Copyable text={add.data.links[0]?.url ?? ''} label="Referral link" />
          <div className="flex justify-end">
            <Button look="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
          }}
        >
          <Field label="Name" name="name" required maxLength={255} autoFocus />
          <Field label="Email" name="email" type="email" hint="Optional. Kept as a keyed hash and a mask." />
          <Field
            label="Code"
            name="code"
            pattern="[A-Za-z0-9_\-]{1,64}"
            hint="Optional: letters, digits, - and _. Else made from the name."
          />
          <FormError error={add.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" look="primary" disabled={add.isPending}>
              Add partner
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
