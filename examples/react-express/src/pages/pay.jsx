import { useRouter } from '../app.jsx';
import { ask } from '../ask.js';

export default function Pay() {
  const { go } = useRouter();
  const pay = async () => {
    const { order } = await ask('/api/pay');
    go(`/thanks?order=${order}`);
  };
  return (
    <>
      <h1>Pay</h1>
      <p>No card is asked for: this is an example.</p>
      <form action={pay}>
        <button type="submit">Pay $12.00</button>
      </form>
    </>
  );
}
