/** A day, and a moment in the org's time zone: one look wherever the product asks for them. */
import { DateInput, DateTimePicker } from "@mantine/dates";
import { useClock } from "../clock.tsx";
import { zonedParts } from "../time.ts";

interface DateFieldProps {
  readonly label: React.ReactNode;
  /** Empty: none chosen. */
  readonly value: string;
  readonly onChange: (value: string | undefined) => void;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly description?: string;
  readonly error?: string;
  /** First and last day that may be chosen. */
  readonly min?: string | undefined;
  readonly max?: string | undefined;
}

const LABELS = {
  previousMonth: "Previous month",
  nextMonth: "Next month",
  previousYear: "Previous year",
  nextYear: "Next year",
  previousDecade: "Previous decade",
  nextDecade: "Next decade",
  monthLevelControl: "Choose the month",
  yearLevelControl: "Choose the year",
};

/** A day as `2026-01-31`; typed or picked. */
export function DayField({ value, onChange, min, max, ...shared }: DateFieldProps) {
  return (
    <DateInput
      {...shared}
      value={value === "" ? null : value}
      onChange={(next) => onChange(next ?? undefined)}
      valueFormat="ddd D MMM YYYY"
      placeholder="Day"
      clearable={!shared.required}
      clearButtonProps={{ "aria-label": "Clear" }}
      popoverProps={{ shadow: "md" }}
      ariaLabels={LABELS}
      {...(min === undefined ? {} : { minDate: min })}
      {...(max === undefined ? {} : { maxDate: max })}
    />
  );
}

/** A click into a part that is selected sets the caret between its digits, after the event, and the next digit typed would end the part. */
const WHOLE = {
  onClick: (event: React.MouseEvent<HTMLInputElement>) => {
    event.stopPropagation();
    const part = event.currentTarget;
    setTimeout(() => part.select());
  },
};
const CLOCK = { hoursInputLabel: "Hours", minutesInputLabel: "Minutes", hoursInputProps: WHOLE, minutesInputProps: WHOLE };

/** A moment, entered in the org's time zone and kept in UTC. */
export function MomentField({ value, onChange, min, max, ...shared }: DateFieldProps) {
  const { zone } = useClock();
  return (
    <DateTimePicker
      {...shared}
      value={value === "" ? null : localOf(value, zone)}
      onChange={(next) => onChange(next === null ? undefined : utcOf(next, zone))}
      valueFormat="ddd D MMM YYYY, HH:mm"
      placeholder="Day and time"
      popoverProps={{ shadow: "md" }}
      timePickerProps={CLOCK}
      submitButtonProps={{ "aria-label": "Take this moment" }}
      ariaLabels={LABELS}
      clearable={!shared.required}
      clearButtonProps={{ "aria-label": "Clear" }}
      {...(min === undefined ? {} : { minDate: min })}
      {...(max === undefined ? {} : { maxDate: max })}
    />
  );
}

const two = (n: number): string => String(n).padStart(2, "0");

function localOf(instant: string, zone: string): string {
  const p = zonedParts(Date.parse(instant), zone);
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:00`;
}

function utcOf(local: string, zone: string): string {
  const wanted = Date.parse(`${local.replace(" ", "T")}Z`);
  let at = wanted;
  for (let turn = 0; turn < 2; turn += 1) {
    const p = zonedParts(at, zone);
    at += wanted - Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second);
  }
  return new Date(at).toISOString();
}
