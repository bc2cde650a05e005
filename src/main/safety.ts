/** What one look at a source would do to the other devices. */
export interface LookResult {
  /** Items the source held before. */
  readonly held: number;
  /** Items gone that did not move elsewhere. */
  readonly deletes: number;
  /** Items whose content is another; of contacts and events, those in which something that was there is another or gone. */
  readonly rewrites: number;
  /** Items there now. */
  readonly present: number;
}
export interface SafetyLimits {
  readonly deleteShare: number;
  readonly deleteCount: number;
  readonly rewriteShare: number;
}
export type HaltReason = 'emptied' | 'mass-delete' | 'mass-rewrite';

/**
 * Why a source must not go on without a person, or null (DESIGN 4): suddenly empty is an accident until somebody says otherwise.
 * Both the share and the count must be exceeded, so small folders stay usable; a single last item may be deleted.
 */
export function haltReason(look: LookResult, limits: SafetyLimits): HaltReason | null {
  if (look.present === 0 && look.held > 1 && look.deletes > 1) return 'emptied';
  if (look.deletes > limits.deleteCount && look.deletes > look.held * limits.deleteShare) return 'mass-delete';
  if (look.rewrites > limits.deleteCount && look.rewrites > look.held * limits.rewriteShare) return 'mass-rewrite';
  return null;
}
