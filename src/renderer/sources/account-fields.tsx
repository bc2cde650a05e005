import { Field } from '../components/field.tsx';

/** Who logs in at a server. */
export function AccountFields(props: {
  user: string;
  password: string;
  onUser: (user: string) => void;
  onPassword: (password: string) => void;
}) {
  return (
    <>
      <Field label="User" value={props.user} onChange={props.onUser} hint="Empty where nobody has to log in." />
      <Field
        label="Password"
        type="password"
        value={props.password}
        onChange={props.onPassword}
        hint="Kept on this device only, as its own keys are."
      />
    </>
  );
}
