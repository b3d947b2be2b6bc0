import { Link } from '@tanstack/react-router';

/** A partner's name, which leads to their page. */
export function PartnerLink({ id, name }: { id: number; name: string | undefined }) {
  return (
    <Link
      to="/program/partners/$partnerId"
      params={{ partnerId: String(id) }}
      search={(old) => old}
      className="font-medium hover:underline"
    >
      {name ?? `Partner ${id}`}
    </Link>
  );
}
