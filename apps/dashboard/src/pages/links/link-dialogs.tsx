import type { LinkRecord, PartnerRecord } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { fieldsOf, filled } from '../../parts/form.ts';
import { LazyQrCode } from '../../parts/lazy-qr-code.tsx';
import { useSubject } from '../../shell/session.ts';
import { LinkBuilder } from './link-builder.tsx';

/** One more link for a partner: of those given, if there are several. */
export function NewLink({
  programId,
  partners,
  onMade,
}: {
  programId: number;
  partners: readonly PartnerRecord[];
  onMade: (link: LinkRecord) => void;
}) {
  const domain = useSubject()?.program?.domain ?? 'example.com';
  const [code, setCode] = useState('');
  const approved = partners.filter(({ status }) => status === 'approved');
  const only = approved.length === 1 ? approved[0] : undefined;
  return (
    <Ask
      trigger="New link"
      look="primary"
      disabled={approved.length === 0}
      title={only ? `A link for ${only.name}` : 'A new link'}
      verb="Create link"
      onOpen={() => setCode('')}
      act={(fields) => moneyApi.createLink(programId, filled(fields))}
      onDone={onMade}
    >
      {only ? (
        <input type="hidden" name="partner_id" value={only.id} />
      ) : (
        <Select label="Partner" name="partner_id" required defaultValue="">
          <option value="" disabled>
            Choose a partner
          </option>
          {approved.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
      <Field
        label="Code"
        name="code"
        value={code}
        onChange={({ target }) => setCode(target.value)}
        pattern="[A-Za-z0-9_\-]{1,64}"
        hint="Optional: letters, digits, - and _. Else made from the partner’s name. It cannot be changed later."
      />
      <LinkBuilder destination={`https://${domain}/`} code={code} />
    </Ask>
  );
}

/** A link to be copied and printed, and led elsewhere or turned off by who may. */
export function LinkDialog({
  link,
  mayChange,
  close,
}: {
  link: LinkRecord;
  mayChange: boolean;
  close: () => void;
}) {
  const queryClient = useQueryClient();
  const update = useMutation({
    mutationFn: (body: object) => moneyApi.updateLink(link.id, body),
    async onSuccess() {
      await queryClient.invalidateQueries();
      close();
    },
  });
  const isActive = link.status === 'active';
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={`Link ${link.code}`}>
      <div className="space-y-4">
        <Copyable text={link.url} label="Referral link" />
        <LazyQrCode text={link.url} name={link.code} />
        {mayChange && (
          <form
            className="space-y-4 border-line border-t pt-4"
            onSubmit={(event) => update.mutate(filled(fieldsOf(event)))}
          >
            <LinkBuilder destination={link.destination_url} code={link.code} />
            <FormError error={update.error} />
            <div className="flex flex-wrap justify-end gap-2">
              <Button
                look={isActive ? 'danger' : 'plain'}
                className="mr-auto"
                disabled={update.isPending}
                onClick={() => update.mutate({ status: isActive ? 'inactive' : 'active' })}
              >
                {isActive ? 'Pause link' : 'Turn link on'}
              </Button>
              <Button onClick={close}>Cancel</Button>
              <Button type="submit" look="primary" disabled={update.isPending}>
                Save destination
              </Button>
            </div>
          </form>
        )}
      </div>
    </Dialog>
  );
}
