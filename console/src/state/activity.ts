// An event of the log in words.
import type { Messages } from '../i18n/en.ts';
import type { Activity } from '../sync/protocol.ts';
import type { State } from '../sync/reducer.ts';

export function describe(activity: Activity, words: Messages, state: State): string {
  const payload = activity.payload as { to_agent_id?: string | null; to?: string };
  const say = (key: string, argument = ''): string => {
    const word = words.activity[key];
    return typeof word === 'function' ? word(argument) : (word ?? activity.kind);
  };
  if (activity.kind === 'assigned') {
    const agent = payload.to_agent_id ? state.agents.get(payload.to_agent_id)?.name : undefined;
    return agent ? say('assignedTo', agent) : say('unassigned');
  }
  if (activity.kind === 'status_changed')
    return say('statusTo', words.status[(payload.to ?? 'open') as keyof Messages['status']]);
  return say(activity.kind);
}
