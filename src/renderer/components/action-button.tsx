import { Button, type ButtonProps } from 'react-aria-components';

/**
 * A button that starts something. While that runs it does nothing more, and keeps the focus: one that is disabled gives it to nobody, and a
 * person who works by keyboard would begin at the top of the page again.
 */
export function ActionButton({ isBusy, ...props }: Omit<ButtonProps, 'isPending'> & { isBusy: boolean }) {
  if (!isBusy) return <Button {...props} />;
  const { onPress: _onPress, ...rest } = props;
  return <Button {...rest} type="button" data-busy />;
}
