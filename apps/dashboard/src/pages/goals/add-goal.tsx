import { useState } from 'react';
import { insight } from '../../client/insight.ts';
import { Ask } from '../../parts/ask.tsx';
import { Field, Select } from '../../parts/field.tsx';
import type { Fields } from '../../parts/form.ts';
import { minorOf } from '../../shell/format.ts';

/** A new goal: a page or an event, under a name. */
export function AddGoal({ websiteId, currency }: { websiteId: string; currency: string }) {
  const [kind, setKind] = useState<'path' | 'event'>('path');
  const add = ({ name = '', path, event, property, property_value, value }: Fields) =>
    insight.addGoal({
      website_id: websiteId,
      name,
      ...(path ? { path } : {}),
      ...(event ? { event } : {}),
      ...(property ? { property } : {}),
      ...(property && property_value ? { property_value } : {}),
      ...(value ? { value_cents: minorOf(value, currency) } : {}),
    });
  return (
    <Ask trigger="Add goal" look="primary" title="Add a goal" verb="Add it" act={add} renews={['goals']}>
      <Field label="Goal name" name="name" required maxLength={100} autoFocus placeholder="Ordered" />
      <Select
        label="Reached when a visitor"
        value={kind}
        onChange={({ target }) => setKind(target.value as 'path' | 'event')}
      >
        <option value="path">sees a page</option>
        <option value="event">does an event</option>
      </Select>
      {kind === 'path' ? (
        <Field
          label="Path"
          name="path"
          required
          maxLength={255}
          pattern="[\/*].*"
          placeholder="/thanks*"
          hint="It begins with /; * stands for any text."
        />
      ) : (
        <>
          <Field label="Event" name="event" required maxLength={100} placeholder="sign_up" />
          <div className="grid grid-cols-2 gap-4">
            <Field label="With the property" name="property" maxLength={100} placeholder="plan" />
            <Field label="which is" name="property_value" maxLength={255} placeholder="pro" />
          </div>
        </>
      )}
      <Field
        label={`Worth, in ${currency}`}
        name="value"
        type="number"
        min="0"
        step="any"
        hint="If reaching it is worth something in itself."
      />
    </Ask>
  );
}
