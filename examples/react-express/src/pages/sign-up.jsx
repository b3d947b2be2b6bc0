import { useHeadwater } from '@headwater/sdk/react';
import { useRouter } from '../app.jsx';
import { ask } from '../ask.js';

export default function SignUp() {
  const { signup } = useHeadwater();
  const { go } = useRouter();
  const signUp = async (form) => {
    const { id, email } = await ask('/api/sign-up', { email: form.get('email') });
    // Our own id of the customer is joined to the click that brought this browser.
    await signup(id, email);
    go('/pay');
  };
  return (
    <>
      <h1>Sign up</h1>
      <form action={signUp}>
        <label>
          Email
          <input name="email" type="email" required />
        </label>
        <button type="submit">Sign up</button>
      </form>
    </>
  );
}
