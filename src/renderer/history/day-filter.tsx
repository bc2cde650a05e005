import { getLocalTimeZone, parseDate, today } from '@internationalized/date';
import { CalendarDays, ChevronLeft, ChevronRight, X } from 'lucide-react';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from 'react-aria-components';
import { LOCALE } from '../components/locale.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const FIRST_DAY = WEEKDAYS[LOCALE.firstDay % 7] ?? 'mon';

/**
 * The day asked for (`2026-11-30`) and what came before it; '' is no day. Typed part by part or chosen in a month, in the order of where the
 * person lives: what a browser has for that follows its own language, not theirs.
 */
export function DayFilter({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  return (
    <DatePicker
      className="day-filter"
      value={value === '' ? null : parseDate(value)}
      maxValue={today(getLocalTimeZone())}
      onChange={(day) => onChange(day?.toString() ?? '')}
    >
      <Label>
        Until<span className="sr-only"> this day</span>
      </Label>
      <Group className="input day-input">
        <DateInput className="day-parts">
          {(segment) => <DateSegment segment={segment} className="day-part" />}
        </DateInput>
        {value !== '' && (
          <Button
            slot={null}
            className="button button-icon button-quiet button-small"
            aria-label="Any day"
            onPress={() => onChange('')}
          >
            <X aria-hidden size={15} />
          </Button>
        )}
        <Button className="button button-icon button-quiet button-small">
          <CalendarDays aria-hidden size={16} />
        </Button>
      </Group>
      <Popover className="popover" placement="bottom end" offset={4}>
        <Dialog className="day-dialog">
          <Calendar firstDayOfWeek={FIRST_DAY}>
            <header className="day-head">
              <Button slot="previous" className="button button-icon button-quiet button-small">
                <ChevronLeft aria-hidden size={16} />
              </Button>
              <Heading className="day-month" />
              <Button slot="next" className="button button-icon button-quiet button-small">
                <ChevronRight aria-hidden size={16} />
              </Button>
            </header>
            <CalendarGrid className="day-grid" weekdayStyle="short">
              {(date) => <CalendarCell date={date} className="day-cell" />}
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
