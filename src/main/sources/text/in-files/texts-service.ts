import type { FileSystem } from '../../../platform/file-system.ts';
import type { NewDocument } from '../document-place.ts';
import { makeFiles } from './make-files.ts';
import type { MadeFile } from './one-file.ts';

/** Texts one behind the other in one memory: that of each of them alone would be copied to another thread whole, with all that shares it. */
export interface PackedTexts {
  readonly names: readonly string[];
  /** Bytes of each. */
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array;
  /** As `remote` takes it over. */
  readonly owned: readonly ArrayBufferLike[];
}

/** What folders of texts have done in a thread of its own, while the next texts are composed. */
export class TextsService {
  readonly #fs: FileSystem;

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** As `makeFiles`. */
  make(directory: string, texts: PackedTexts): Promise<readonly MadeFile[]> {
    return makeFiles(this.#fs, directory, unpacked(texts));
  }
}

export function packed(documents: readonly NewDocument[]): PackedTexts {
  const sizes = documents.map(({ bytes }) => bytes.length);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const document of documents) {
    bytes.set(document.bytes, at);
    at += document.bytes.length;
  }
  return { names: documents.map(({ name }) => name), sizes, bytes, owned: [bytes.buffer] };
}

function unpacked({ names, sizes, bytes }: PackedTexts): readonly NewDocument[] {
  let end = 0;
  return names.map((name, at) => {
    const start = end;
    end += sizes[at] ?? 0;
    return { name, bytes: bytes.subarray(start, end) };
  });
}
