import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { buttonClass } from './button.tsx';

/** A question that holds the page until it is answered or closed. */
export function Dialog({
  trigger,
  look = 'plain',
  title,
  description,
  open,
  onOpenChange,
  disabled = false,
  children,
}: {
  trigger?: ReactNode;
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  title: string;
  description?: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      {trigger && (
        <Radix.Trigger className={buttonClass(look)} disabled={disabled}>
          {trigger}
        </Radix.Trigger>
      )}
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Radix.Content
          className="fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-xl"
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
          {description && <Radix.Description className="mt-1 text-ink-2">{description}</Radix.Description>}
          <div className="mt-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
