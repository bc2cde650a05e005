import { ChoiceField } from '../components/choice-field.tsx';
import { Field } from '../components/field.tsx';
import { userIn } from './account-address.ts';
import type { useAccount } from './use-account.ts';

/** Who logs in at the server of `place`. */
export function AccountFields({ of, place }: { of: ReturnType<typeof useAccount>; place: string }) {
  const named = userIn(place);
  return (
    <>
      <Field
        label="User"
        value={of.user}
        onChange={of.setUser}
        hint={named === null ? 'Empty where nobody has to log in.' : `Left empty: ${named}.`}
      />
      <Field
        label="Password"
        type="password"
        value={of.password}
        onChange={of.setPassword}
        hint="Kept on this device only, as its own keys are."
      />
    </>
  );
}

/** What of an account is meant. */
export function AccountKind(props: {
  kind: 'contacts' | 'calendar';
  onChange: (kind: 'contacts' | 'calendar') => void;
}) {
  return (
    <ChoiceField
      label="What to keep in step"
      options={[
        { id: 'contacts', label: 'Contacts' },
        { id: 'calendar', label: 'A calendar' },
      ]}
      value={props.kind}
      onChange={(value) => props.onChange(value === 'calendar' ? 'calendar' : 'contacts')}
    />
  );
}
