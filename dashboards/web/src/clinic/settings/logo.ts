/** A picture for the clinic's logo, made small enough to be kept among the settings. */

/** Characters of a `data:` URL that the server takes. */
export const LONGEST_LOGO = 40_000;
/** Pixels; it is shown a third as high, which leaves enough for any screen. */
const BOX = { width: 480, height: 144 };
const AS_IS = new Set(["image/png", "image/jpeg", "image/svg+xml"]);

/** The `data:` URL of a chosen file; "" when it is no picture, null when no way of writing it is short enough. */
export async function logoOf(file: File): Promise<string | null> {
  if (AS_IS.has(file.type)) {
    const whole = await read(file);
    if (whole.length <= LONGEST_LOGO) return whole;
  }
  if (file.type === "image/svg+xml") return null;
  const picture = await createImageBitmap(file).catch(() => undefined);
  return picture ? redrawn(picture) : "";
}

/** The largest size of a picture that fits into the box; never larger than it is. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, BOX.width / width, BOX.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function redrawn(picture: ImageBitmap): string | null {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, fitted(picture.width, picture.height));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return ["image/png", "image/jpeg"].map((type) => canvas.toDataURL(type)).find((url) => url.length <= LONGEST_LOGO) ?? null;
}

function read(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
