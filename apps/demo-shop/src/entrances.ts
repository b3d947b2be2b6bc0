/** A way into the shop: a link as visitors would follow it. */
export interface Entrance {
  name: string;
  label: string;
  /** Path and query. */
  target: string;
}

/** A partner of the shop's program, and the code of its link. */
export interface PartnerLink {
  name: string;
  code: string;
}

export function listEntrances(partners: readonly PartnerLink[]): Entrance[] {
  const links = partners.map(({ name, code }) => ({
    name: code,
    label: `${name}’s link`,
    target: `/?aff=${code}`,
  }));
  return [
    ...links,
    {
      name: 'newsletter',
      label: 'the newsletter',
      target: '/?utm_source=newsletter&utm_medium=email&utm_campaign=spring',
    },
    { name: 'direct', label: 'the address alone', target: '/' },
  ];
}
