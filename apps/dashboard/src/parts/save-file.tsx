import { useMutation } from '@tanstack/react-query';
import { Button } from './button.tsx';

/** Hands a file to whoever asked for it. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Fetches a file of the server's and saves it; a plain link could not say which workspace it is of. */
export function SaveFile({
  name,
  children,
  file,
}: {
  name: string;
  children: string;
  file: () => Promise<Blob>;
}) {
  const save = useMutation({ mutationFn: file, onSuccess: (blob) => saveFile(blob, name) });
  return (
    <span>
      <Button onClick={() => save.mutate()} disabled={save.isPending}>
        {children}
      </Button>
      <span role="alert" className="ml-2 text-bad empty:hidden">
        {save.error?.message}
      </span>
    </span>
  );
}
