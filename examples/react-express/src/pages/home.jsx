import { useHeadwater } from '@headwater/sdk/react';
import { useRouter } from '../app.jsx';

export default function Home() {
  const { track } = useHeadwater();
  const { go } = useRouter();
  const choose = () => {
    // An event of our own, for funnels and goals.
    track('plan_chosen', { plan: 'coast' });
    go('/sign-up');
  };
  return (
    <>
      <h1>Tidebook</h1>
      <p>Tides of every harbour, for 12 dollars a month.</p>
      <button type="button" onClick={choose}>
        Choose Coast
      </button>
    </>
  );
}
