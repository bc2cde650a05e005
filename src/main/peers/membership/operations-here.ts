import { equalBytes } from '../../platform/equal-bytes.ts';
import type { DeviceId, Digest } from '../../record/ids.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import { type MembershipOp, parseOp, verifySignature } from './membership-op.ts';

/**
 * The operations of one collection that are here. One is named by what it says, not by its signature: so one that is here is not given up for
 * the same under a signature that is none, which would take away all that follows it.
 */
export class OperationsHere {
  readonly #byHash = new Map<Digest, MembershipOp>();
  readonly #devices = new Map<DeviceId, Descriptor>();

  get byHash(): ReadonlyMap<Digest, MembershipOp> {
    return this.#byHash;
  }

  /** Takes in operations; what is malformed is left out. Gives those that told something new. */
  take(operations: readonly Uint8Array[]): readonly Digest[] {
    return operations.flatMap((bytes) => {
      const op = parseOp(bytes);
      return op !== null && this.#takeOne(op) ? [op.hash] : [];
    });
  }

  /** They are here no more. */
  drop(hashes: Iterable<Digest>): void {
    for (const hash of hashes) this.#byHash.delete(hash);
  }

  #takeOne(op: MembershipOp): boolean {
    const known = this.#byHash.get(op.hash);
    // While nobody can say which of two is its author's the first stays: else two devices might tell each other theirs for ever.
    if (known !== undefined && (equalBytes(known.bytes, op.bytes) || this.#isSigned(known) || !this.#isSigned(op)))
      return false;
    this.#byHash.set(op.hash, op);
    if (op.describes !== null) this.#devices.set(op.describes.id, op.describes);
    return true;
  }

  /** By the device that it names as its author, as far as that one's key is known. */
  #isSigned({ author, signed, signature }: MembershipOp): boolean {
    const descriptor = this.#devices.get(author);
    return descriptor !== undefined && verifySignature(descriptor.sig, signed, signature);
  }
}
