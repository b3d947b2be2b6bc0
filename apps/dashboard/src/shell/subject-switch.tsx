import { useNavigate } from '@tanstack/react-router';
import { Select } from '../parts/field.tsx';
import { useSubject, useSubjects } from './session.ts';

/** Which program or website all pages are about. */
export function SubjectSwitch() {
  const { data } = useSubjects();
  const subject = useSubject();
  const navigate = useNavigate();
  if (!data || !subject) return <div className="h-8" />;
  const value = 'program_id' in subject.key ? `p${subject.key.program_id}` : `w${subject.key.website_id}`;
  function choose(next: string) {
    void navigate({
      to: '.',
      search: (old) => {
        const { program: _p, website: _w, f: _f, segment: _s, ...rest } = old;
        return next.startsWith('p')
          ? { ...rest, program: Number(next.slice(1)) }
          : { ...rest, website: next.slice(1) };
      },
    });
  }
  return (
    <Select
      label="Program or website"
      hideLabel
      value={value}
      onChange={(event) => choose(event.target.value)}
    >
      {data.programs.length > 0 && (
        <optgroup label="Programs">
          {data.programs.map(({ id, name }) => (
            <option key={id} value={`p${id}`}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
      {data.websites.length > 0 && (
        <optgroup label="Websites">
          {data.websites.map(({ website_id, domain }) => (
            <option key={website_id} value={`w${website_id}`}>
              {domain}
            </option>
          ))}
        </optgroup>
      )}
    </Select>
  );
}
