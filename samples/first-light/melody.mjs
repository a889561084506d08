const RATE = 22_050;
const SCALE = [0, 4, 7, 12, 7, 4];

/** A WAV file (PCM, 16 bit, mono): a broken chord, again and again. @param {number} seconds @returns {Buffer} */
export function melody(seconds) {
  const samples = RATE * seconds;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    const note = Math.floor((i / RATE) * 4);
    const hertz = 262 * 2 ** (SCALE[note % SCALE.length] / 12);
    const fade = 1 - ((i / RATE) * 4 - note);
    file.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * i) / RATE) * 12_000 * fade), 44 + i * 2);
  }

  return file;
}
