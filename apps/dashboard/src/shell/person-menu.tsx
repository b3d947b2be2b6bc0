import type { Me } from '@headwater/contract';
import { useNavigate } from '@tanstack/react-router';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { api } from '../client/index.ts';
import { words } from './format.ts';
import { currentWorkspace, switchWorkspace } from './session.ts';
import { readTheme, setTheme, type Theme, themes } from './theme.ts';

const item =
  'flex h-8 w-full cursor-pointer items-center gap-2 rounded px-2 outline-none data-[highlighted]:bg-sunken';

export function PersonMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  const workspace = currentWorkspace(me);
  const [theme, chooseTheme] = useState(readTheme);
  async function signOut() {
    await api.signOut();
    location.assign('/sign-in');
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left hover:bg-sunken">
        <span
          aria-hidden="true"
          className="grid size-7 flex-none place-items-center rounded-full bg-accent-soft font-semibold text-accent text-xs"
        >
          {[...me.person.name][0]?.toUpperCase()}
        </span>
        <span className="min-w-0">
          <span className="block truncate font-medium">{me.person.name}</span>
          <span className="block truncate text-ink-3 text-xs">
            {words(workspace.role)} · {workspace.name}
          </span>
        </span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          side="top"
          sideOffset={6}
          className="z-50 w-56 rounded-lg border border-line bg-surface p-1 shadow-lg"
        >
          {me.workspaces.length > 1 && (
            <DropdownMenu.RadioGroup
              value={String(workspace.id)}
              onValueChange={(id) => switchWorkspace(Number(id))}
            >
              <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-ink-3 text-xs">
                Workspace
              </DropdownMenu.Label>
              {me.workspaces.map(({ id, name }) => (
                <DropdownMenu.RadioItem key={id} value={String(id)} className={item}>
                  {name}
                  <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              ))}
              <DropdownMenu.Separator className="my-1 h-px bg-line" />
            </DropdownMenu.RadioGroup>
          )}
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(next) => {
              setTheme(next as Theme);
              chooseTheme(next as Theme);
            }}
          >
            <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-ink-3 text-xs">Theme</DropdownMenu.Label>
            {themes.map((one) => (
              <DropdownMenu.RadioItem key={one} value={one} className={item}>
                {words(one)}
                <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={item} onSelect={() => void navigate({ to: '/account' })}>
            Your account
          </DropdownMenu.Item>
          <DropdownMenu.Item className={item} onSelect={() => location.assign('/docs')}>
            API reference
          </DropdownMenu.Item>
          <DropdownMenu.Item className={item} onSelect={() => void signOut()}>
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
