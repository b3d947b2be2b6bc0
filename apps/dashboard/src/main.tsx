import './styles.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './client/index.ts';
import { router } from './router.tsx';
import { askAhead } from './shell/session.ts';
import { applyTheme } from './shell/theme.ts';

applyTheme();
// Where React adds a style element for a dialog, the page's policy knows it by this number.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;
Object.assign(globalThis, { __webpack_nonce__: nonce });

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What passes by itself is tried again until it has passed; a refusal stays one.
      retry: (failures, error) => error instanceof ApiError && error.passes && failures < 1000,
      retryDelay: (failures) => Math.min(1000 * 2 ** failures, 15_000) * (0.75 + Math.random() / 2),
      // Whether there is a network is not what decides: the server may be this machine.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

if (!/^\/(sign-in|first-owner|invitation|new-password)/.test(location.pathname)) askAhead(queryClient);

createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
