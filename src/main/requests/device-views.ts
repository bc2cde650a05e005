import type { DeviceView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';

/** This device and all that share a collection with it, each once. */
export function deviceViews(engine: Engine): readonly DeviceView[] {
  const devices = new Map<string, DeviceView>();
  for (const replica of engine.replicas.values())
    for (const member of replica.membership.current?.members.values() ?? []) {
      const self = member.device === engine.deviceId;
      const isHere = self || engine.network.session(member.device) !== null;
      const met = isHere ? engine.world.clock.now() : Number(engine.registry.setting(`seen.${member.device}`) ?? 0);
      const seen = Math.max(met, replica.lastHeardOf(member.device) ?? 0);
      const known = devices.get(member.device);
      const role = member.role === 'relay' ? 'reader' : member.role;
      devices.set(member.device, {
        device: member.device,
        name: self ? engine.name : member.name,
        self,
        role: known?.role ?? role,
        collections: [...(known?.collections ?? []), replica.id],
        roles: { ...known?.roles, [replica.id]: role },
        lastSeen: latest(known?.lastSeen ?? null, seen),
      });
    }
  if (!devices.has(engine.deviceId))
    devices.set(engine.deviceId, {
      device: engine.deviceId,
      name: engine.name,
      self: true,
      role: 'admin',
      collections: [],
      roles: {},
      lastSeen: new Date(engine.world.clock.now()).toISOString(),
    });
  return [...devices.values()];
}

/** The later of what is said of a device in several collections; 0: nothing. */
function latest(known: string | null, seen: number): string | null {
  const last = Math.max(known === null ? 0 : Date.parse(known), seen);
  return last === 0 ? null : new Date(last).toISOString();
}
