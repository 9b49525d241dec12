/** A link that dials; two commas make a telephone wait before it types the PIN. */
export function dialled(number: string, pin = ""): string {
  const digits = number.replace(/[^\d+]/g, "");
  return pin ? `tel:${digits},,${pin}%23` : `tel:${digits}`;
}
