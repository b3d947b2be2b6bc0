import { useEffect, useState } from 'react';
import { ask } from '../ask.js';

export default function Thanks() {
  const [order, setOrder] = useState('');
  const [status, setStatus] = useState('paid');
  useEffect(() => setOrder(new URLSearchParams(location.search).get('order') ?? ''), []);
  const sendBack = async () => setStatus((await ask('/api/refund', { order })).status);
  return (
    <>
      <h1>Thank you</h1>
      <p>
        Order <code id="order">{order}</code> is {status}.
      </p>
      <form action={sendBack}>
        <button type="submit">Send it back</button>
      </form>
    </>
  );
}
