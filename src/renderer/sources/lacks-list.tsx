import type { Kind, LacksView } from '../../contract/contract.ts';
import { lackWords } from '../../contract/lack-words.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { RECORD_WORD } from '../components/kind-icon.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';

const LINE = 30;

/** What a place or a format cannot hold, what most lack first, and whom that concerns. */
export function LacksList({ kind, lacks: { lacks, records, named } }: { kind: Kind; lacks: LacksView }) {
  const nameAt = (at: number): string => {
    const one = named[at];
    return one === undefined ? '' : recordName(one.id, one.title, kind);
  };
  const whom = counted(records, RECORD_WORD[kind]);
  return (
    <>
      <ul className="plain-list bullets">
        {lacks.map((lack) => (
          <li key={`${lack.map} ${lack.kind} ${lack.how}`}>
            {lackWords(lack)} <span className="muted">{counted(lack.records, RECORD_WORD[kind])}</span>
          </li>
        ))}
      </ul>
      <h3>{named.length < records ? `The first ${named.length} of ${whom}` : whom}</h3>
      <VirtualRows
        label="Whom it concerns"
        className="rows-box"
        count={named.length}
        of={named}
        estimate={() => LINE}
        keyOf={(at) => named[at]?.id ?? String(at)}
        text={(at) => <span className="planned">{nameAt(at)}</span>}
      />
    </>
  );
}
