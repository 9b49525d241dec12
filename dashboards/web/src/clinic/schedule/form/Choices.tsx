import { useId } from "preact/hooks";

interface Props<Value extends string> {
  legend: string;
  value: Value;
  options: readonly { readonly value: Value; readonly label: string }[];
  onPick: (value: Value) => void;
}

/** A few choices side by side, of which one holds. */
export function Choices<Value extends string>({ legend, value, options, onPick }: Props<Value>) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="field-label">{legend}</legend>
      <div class="choices-row">
        {options.map((option) => (
          <label key={option.value} class="choice">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onPick(option.value)} />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
