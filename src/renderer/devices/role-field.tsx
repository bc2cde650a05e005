import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { Role } from '../../contract/contract.ts';

const ROLES: readonly { readonly role: Role; readonly label: string; readonly means: string }[] = [
  { role: 'admin', label: 'One of my own', means: 'Reads and changes everything, and may invite and remove devices.' },
  { role: 'editor', label: 'Somebody who works on it', means: 'Reads and changes everything.' },
  { role: 'reader', label: 'Somebody who only reads', means: 'Receives everything; changes made there are not taken.' },
];

/** What a device may do, asked as whose it is. */
export function RoleField({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  return (
    <RadioGroup className="field radios" value={role} onChange={(value) => onChange(value as Role)}>
      <Label>Whose device is it?</Label>
      {ROLES.map((one) => (
        <Radio key={one.role} className="radio" value={one.role}>
          <span>
            {one.label}
            <small>{one.means}</small>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
