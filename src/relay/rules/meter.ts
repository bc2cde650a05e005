/** What a relay counts. No name of a group or a member goes with it. */
export type Count =
  | 'auth_ok'
  | 'auth_unknown_group'
  | 'auth_not_a_member'
  | 'auth_bad_signature'
  | 'auth_bad_challenge'
  | 'items_in'
  | 'items_in_bytes'
  | 'items_out'
  | 'items_out_bytes'
  | 'packs_in_bytes'
  | 'packs_out_bytes'
  | 'quota_refusals'
  | 'rate_refusals'
  | 'live_granted'
  | 'live_bytes'
  | 'knocks'
  | 'collected_items'
  | 'collected_packs'
  | 'faults';

export interface Meter {
  count(what: Count, by?: number): void;
}
