export interface Plan {
  id: string;
  name: string;
  promise: string;
  monthlyCents: number;
  features: readonly string[];
  isFavourite: boolean;
}

export const currency = 'USD';

export const plans: readonly Plan[] = [
  {
    id: 'scout',
    name: 'Scout',
    promise: 'One person, one valley.',
    monthlyCents: 1900,
    features: ['3 places', 'Forecasts every 3 hours', 'Frost and wind alerts'],
    isFavourite: false,
  },
  {
    id: 'ranger',
    name: 'Ranger',
    promise: 'A crew that moves.',
    monthlyCents: 4900,
    features: ['20 places', 'Hourly forecasts', 'Lightning within 15 km', 'Plans for up to 8 people'],
    isFavourite: true,
  },
  {
    id: 'summit',
    name: 'Summit',
    promise: 'Every site you answer for.',
    monthlyCents: 9900,
    features: [
      'Unlimited places',
      'Forecasts every 15 minutes',
      'Avalanche bulletins',
      'A meteorologist on call',
    ],
    isFavourite: false,
  },
];

/** The plan of that id, else the favourite: a link with a wrong plan still sells. */
export function planOf(id: string | null): Plan {
  const plan = plans.find((one) => one.id === id) ?? plans.find((one) => one.isFavourite);
  if (plan === undefined) throw new Error('the shop has a favourite plan');
  return plan;
}
