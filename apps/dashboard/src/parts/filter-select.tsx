import { words } from '../shell/format.ts';
import { Select } from './field.tsx';

/** Narrows a list down to one of some values; empty: all of them are shown. */
export function FilterSelect<Value extends string>({
  label,
  any = `Any ${label.toLowerCase()}`,
  among,
  nameOf = words,
  value,
  onValue,
  className = '',
}: {
  label: string;
  /** The choice that shows all. */
  any?: string;
  among: readonly Value[];
  nameOf?: (value: Value) => string;
  value: string;
  onValue: (value: string) => void;
  className?: string;
}) {
  return (
    <Select
      label={label}
      hideLabel
      className={className}
      value={value}
      onChange={({ target }) => onValue(target.value)}
    >
      <option value="">{any}</option>
      {among.map((one) => (
        <option key={one} value={one}>
          {nameOf(one)}
        </option>
      ))}
    </Select>
  );
}
