import { Ellipsis, type LucideIcon } from 'lucide-react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';

export interface MenuAction {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly danger?: boolean;
  run(): void;
}

/** The rarer actions of a thing, behind one button. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  return (
    <MenuTrigger>
      <Button className="button button-icon button-quiet" aria-label={label}>
        <Ellipsis aria-hidden size={18} />
      </Button>
      <Popover className="popover" placement="bottom end" offset={4}>
        <Menu className="listbox" items={actions} onAction={(key) => actions.find((one) => one.id === key)?.run()}>
          {(action) => (
            <MenuItem
              id={action.id}
              textValue={action.label}
              className={action.danger === true ? 'option option-danger' : 'option'}
            >
              <action.icon aria-hidden size={16} />
              <span>{action.label}</span>
            </MenuItem>
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
