/** The day asked for (`2026-11-30`, as the input has it) and what came before it; '' is no day. */
export function DayFilter({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  return (
    <label className="day-filter">
      <span>
        Until<span className="sr-only"> this day</span>
      </span>
      <input
        type="date"
        className="input"
        value={value}
        max={dayText(new Date())}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** The first moment after a day here, as ISO 8601; null of what is no day. */
export function endOfDay(day: string): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  return year === undefined ? null : new Date(Number(year), Number(month) - 1, Number(date) + 1).toISOString();
}

/** As an input of days writes it. */
const dayText = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
