import { expect, it } from 'vitest';
import { html, scriptJson } from './html.ts';

it('escapes values, and leaves markup as it is', () => {
  const name = `<b title="x">'&`;
  expect(html`<p>${name}${[1, html`<br>`]}${null}${false}</p>`.markup).toBe(
    '<p>&lt;b title=&quot;x&quot;&gt;&#39;&amp;1<br></p>',
  );
});

it('lets no value end a script', () => {
  expect(scriptJson('</script><script>alert(1)').markup).not.toContain('<');
});
