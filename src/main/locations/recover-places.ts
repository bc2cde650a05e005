import type { LogId } from '../record/ids.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import type { Places } from './places.ts';

/** What a lost database could not tell again, to be written down beside it. */
export const placesIn = (registry: RegistryStore, addresses: Places['addresses']): Places => ({
  collections: registry.collections().map(({ row, id, name, kind }) => ({
    id,
    name,
    kind,
    sources: registry.sources(row).map(({ id, location, format, settings }) => ({ id, location, format, settings })),
  })),
  addresses,
});

/**
 * The database is new, but this device was in collections, as their memberships tell: it is in them again, and each source compares itself with
 * what the others hold (adoption), so nothing is lost and nothing deleted comes back. Logs are begun anew.
 */
export function recoverPlaces(
  registry: RegistryStore,
  places: Places,
  isMember: (id: Places['collections'][number]['id']) => boolean,
  newLog: () => LogId,
): void {
  for (const { id, name, kind, sources } of places.collections) {
    if (!isMember(id)) continue;
    const stored = registry.addCollection(id, name, kind, newLog());
    for (const source of sources)
      registry.addSource(source.id, stored.row, source.location, source.format, source.settings);
  }
  for (const { device, addresses } of places.addresses) registry.setAddresses(device, addresses);
}
