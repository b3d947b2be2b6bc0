import type { PortalLink, PortalProgram } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portal } from '../../client/portal.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { LazyQrCode } from '../../parts/lazy-qr-code.tsx';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { counted, dateTime } from '../../shell/format.ts';
import { useMyProgram } from './my-program.ts';

export function PortalLinks() {
  const program = useMyProgram();
  const links = useQuery({
    queryKey: ['portal', 'links', program.id],
    queryFn: ({ signal }) => portal.links(program.id, undefined, signal),
  });
  return (
    <>
      <PageHead title="Links">
        <MakeLink program={program} />
      </PageHead>
      <Card>
        <Loading query={links} standIn={<Lines count={6} />}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No links yet">Make one, and share it where your readers are.</Empty>
            ) : (
              <ul className="divide-y divide-line">
                {data.map((link) => (
                  <LinkRow key={link.id} link={link} timeZone={program.time_zone} />
                ))}
              </ul>
            )
          }
        </Loading>
      </Card>
      {program.status === 'approved' && (
        <p className="mt-3 text-ink-3 text-xs">
          {program.links_left > 0
            ? `You may make ${counted(program.links_left, 'more link')}.`
            : `${program.name} makes further links for you.`}
        </p>
      )}
    </>
  );
}

function LinkRow({ link, timeZone }: { link: PortalLink; timeZone: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="grid gap-x-4 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)_auto] md:items-center">
      <div className="min-w-0">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{link.code}</span>
          {link.status === 'inactive' && <Badge tone="warn">Switched off</Badge>}
        </p>
        <p className="text-ink-3 text-xs">
          {counted(link.clicks, 'click')}
          {link.last_clicked_at && `, last ${dateTime(link.last_clicked_at, timeZone)}`}
        </p>
      </div>
      <Copyable text={link.url} label={`Address of ${link.code}`} />
      <Dialog
        trigger="QR code"
        title={`QR code of ${link.code}`}
        description="For slides, flyers and stickers. It leads to the same address."
        open={isOpen}
        onOpenChange={setOpen}
      >
        <div className="grid justify-items-center gap-4">
          <LazyQrCode text={link.url} name={link.code} />
          <Button look="primary" onClick={() => setOpen(false)}>
            Done
          </Button>
        </div>
      </Dialog>
    </li>
  );
}

function MakeLink({ program }: { program: PortalProgram }) {
  return (
    <Ask
      trigger="New link"
      look="primary"
      disabled={program.links_left === 0}
      title="A new link"
      description="Use one for each place you share it, and see which of them works."
      verb="Make link"
      act={({ code = '', destination = '' }) =>
        portal.createLink(program.id, {
          ...(code.trim() ? { code: code.trim() } : {}),
          ...(destination.trim() ? { destination_url: destination.trim() } : {}),
        })
      }
      renews={['portal']}
    >
      <Field
        label="Code"
        name="code"
        pattern="[A-Za-z0-9_\-]{1,64}"
        autoFocus
        hint="Stands in the address. Letters, digits, - and _. Empty: made from your name."
      />
      <Field
        label="Leads to"
        name="destination"
        type="url"
        placeholder={`https://${program.domain}/`}
        hint={`A page of ${program.domain}. Empty: its first page.`}
      />
    </Ask>
  );
}
