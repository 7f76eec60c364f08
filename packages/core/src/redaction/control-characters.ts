/** OSC, DCS, APC, PM and SOS with their terminator; one that was cut off goes to the end of its line. */
const STRINGS = String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)?`;
/** CSI: colours, cursor, erasing. */
const SEQUENCES = String.raw`(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,16}[@-~]?`;
const TWO_BYTE_ESCAPES = String.raw`\x1b[ -/]{0,16}[0-~]?`;

const ESCAPES = new RegExp([STRINGS, SEQUENCES, TWO_BYTE_ESCAPES].join('|'), 'g');
const SINGLE = String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f]`;
const CONTROLS = new RegExp(SINGLE, 'g');
/** Marks that make a terminal show text in another order than it has, or not at all. */
const INVISIBLE =
  /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text from containers, model servers and plugins, without what could drive a terminal; line ends and tabs stay. */
export const stripControl = (text: string): string =>
  text
    .replace(/\r\n/g, '\n')
    .replace(/[\u2028\u2029\u0085]/g, '\n')
    .replace(ESCAPES, '')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '');

/** The same as one line of at most `max` characters. */
export const oneLine = (text: string, max = 500): string => {
  const line = stripControl(text.slice(0, max * 8))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
};
