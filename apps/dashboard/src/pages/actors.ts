import { useQuery } from '@tanstack/react-query';
import { api } from '../client/index.ts';
import { words } from '../shell/format.ts';
import { useMe } from '../shell/session.ts';

/**
 * Who did something, by what the books call them (`person 3`, `key 7`): a name for who may see the members, and for others
 * only themselves.
 */
export function useActorName(): (actor: string) => string {
  const { me, workspace } = useMe();
  const maySee = workspace.role === 'owner' || workspace.role === 'admin';
  const members = useQuery({ queryKey: ['members'], queryFn: api.members, enabled: maySee });
  return (actor) => {
    if (actor === `person ${me.person.id}`) return `${me.person.name} (you)`;
    const found = members.data?.data.find(({ id }) => actor === `person ${id}`);
    return found?.name ?? words(actor);
  };
}
