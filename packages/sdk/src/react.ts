import { createContext, createElement, type ReactNode, useContext, useEffect } from 'react';
import { getData, identify, init, type Options, page, signup, track, trackLead } from './browser.ts';

export type { Answer, Attribution, Lead, Options } from './browser.ts';

/** What `useHeadwater` gives: the functions of `@headwater/sdk`, the same ones at every render. */
export interface Headwater {
  signup: typeof signup;
  trackLead: typeof trackLead;
  track: typeof track;
  identify: typeof identify;
  page: typeof page;
  getData: typeof getData;
}

const functions: Headwater = { signup, trackLead, track, identify, page, getData };

const Context = createContext<Headwater | null>(null);

/** Put it around your application, once. It renders nothing of its own and starts after the first paint. */
export function HeadwaterProvider({ children, ...options }: Options & { children?: ReactNode }) {
  const said = JSON.stringify(options);
  useEffect(() => init(JSON.parse(said) as Options), [said]);
  return createElement(Context.Provider, { value: functions }, children);
}

/** @throws outside of a {@link HeadwaterProvider} */
export function useHeadwater(): Headwater {
  const headwater = useContext(Context);
  if (headwater === null) throw new Error('useHeadwater needs a <HeadwaterProvider> around it');
  return headwater;
}
