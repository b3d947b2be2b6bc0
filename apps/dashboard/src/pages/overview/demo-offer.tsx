import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../client/index.ts';
import { Button } from '../../parts/button.tsx';
import { FormError } from '../../parts/field.tsx';
import { type Subject, useMe } from '../../shell/session.ts';
import { usePartners } from '../names.ts';

const events = 120_000;

/** What to do when there is nothing to see: integrate, or, for a made-up domain, look at made-up events. */
export function DemoOffer({ subject }: { subject: Subject }) {
  const { may } = useMe();
  const { website } = subject;
  const partners = usePartners();
  const queryClient = useQueryClient();
  const fill = useMutation({
    mutationFn: (websiteId: string) =>
      api.fillWithDemo(websiteId, { events, partner_ids: (partners.data ?? []).map(({ id }) => id) }),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  if (!website?.domain.endsWith('.example') || !may('program:create'))
    return (
      <p>
        Load the tracker on your site and send payments:{' '}
        <a href="/docs" className="text-accent underline">
          the reference
        </a>{' '}
        says how.
      </p>
    );
  return (
    <>
      <p>{website.domain} is a made-up domain. Fill it with a year of made-up events to look around.</p>
      <Button
        look="primary"
        className="mt-4 mb-2"
        disabled={fill.isPending}
        onClick={() => fill.mutate(website.website_id)}
      >
        {fill.isPending ? 'Making up a year…' : 'Fill with demo data'}
      </Button>
      <FormError error={fill.error} />
    </>
  );
}
