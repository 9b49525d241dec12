/** The words of the telephone in the browser, in both languages. */

const en = {
  title: "Telephone",
  about: "Call the demo clinic as an ordinary telephone would. You need the PIN of a visit: it stands in every invitation.",
  number: "Dial-in number",
  language: "Language",
  call: "Call",
  hangUp: "Hang up",
  keys: "Keys",
  typed: "Typed",
  nothingTyped: "Nothing typed yet",
  key: { "*": "Star", "#": "Pound" } as Readonly<Record<string, string>>,
  idle: "Not in a call.",
  calling: "Calling…",
  live: "Connected. Listen, and type with the keys here or on your keyboard.",
  deaf: "Connected without a microphone: you hear the others, and they don’t hear you.",
  over: "The call is over.",
  lost: "The call broke off. Please call again.",
  unreachable: "The clinic’s telephones can’t be reached right now. Please try again in a moment.",
  silent: "This browser can’t play the call’s sound.",
  muted: "In the call: star 6 mutes, pound 6 unmutes, star 1 helps.",
};

type Words = typeof en;

const es: Words = {
  title: "Teléfono",
  about: "Llame a la clínica de demostración como lo haría un teléfono corriente. Necesita el PIN de una visita: está en cada invitación.",
  number: "Número de acceso",
  language: "Idioma",
  call: "Llamar",
  hangUp: "Colgar",
  keys: "Teclas",
  typed: "Marcado",
  nothingTyped: "Aún no ha marcado nada",
  key: { "*": "Asterisco", "#": "Almohadilla" },
  idle: "No hay ninguna llamada.",
  calling: "Llamando…",
  live: "Conectado. Escuche y marque con las teclas de aquí o con su teclado.",
  deaf: "Conectado sin micrófono: oye a los demás, pero no le oyen.",
  over: "La llamada ha terminado.",
  lost: "La llamada se ha cortado. Por favor, llame de nuevo.",
  unreachable: "Ahora no se puede conectar con los teléfonos de la clínica. Inténtelo de nuevo en un momento.",
  silent: "Este navegador no puede reproducir el sonido de la llamada.",
  muted: "En la llamada: asterisco 6 silencia, almohadilla 6 activa el sonido, asterisco 1 ayuda.",
};

export const LANGUAGES = { en: { name: "English", words: en }, es: { name: "Español", words: es } } as const;
export type Language = keyof typeof LANGUAGES;
export type { Words };

/** Give the language of ours that a person's browser asks for first. */
export function preferred(asked: readonly string[]): Language {
  for (const tag of asked) {
    const code = tag.slice(0, 2).toLowerCase();
    if (code === "en" || code === "es") return code;
  }
  return "en";
}
