import type { PartnerRecord } from '@headwater/contract';

type Standing = PartnerRecord['status'];

/** Where a partner can stand in a program. */
export const standings: readonly Standing[] = ['approved', 'pending', 'rejected', 'removed'];

const names: Readonly<Record<Standing, string>> = {
  approved: 'Approved',
  pending: 'Waiting',
  rejected: 'Rejected',
  removed: 'Removed',
};

export const standingName = (standing: Standing): string => names[standing];

export interface Step {
  to: Standing;
  verb: string;
  look: 'primary' | 'plain' | 'danger';
  /** What it does, for who is about to do it. */
  means: string;
}

const back: Step = {
  to: 'approved',
  verb: 'Approve',
  look: 'primary',
  means: 'Clicks on their links count from now on, and payments after them earn a commission.',
};
const kept = 'What they have earned stays theirs.';

/** What can be done with a partner, by where they stand. */
export const stepsFrom: Readonly<Record<Standing, readonly Step[]>> = {
  approved: [
    {
      to: 'pending',
      verb: 'Suspend',
      look: 'plain',
      means: `Their links earn nothing until you approve them again. ${kept}`,
    },
    {
      to: 'removed',
      verb: 'Remove',
      look: 'danger',
      means: `They leave the program: their links earn nothing any more. ${kept}`,
    },
  ],
  pending: [
    {
      to: 'rejected',
      verb: 'Reject',
      look: 'danger',
      means: `They do not become a partner of this program. ${kept}`,
    },
    back,
  ],
  rejected: [back],
  removed: [back],
};
