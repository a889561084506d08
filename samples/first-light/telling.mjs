/** A story that is told and checked line by line. */
export class Telling {
  facts = 0;

  chapter(title) {
    console.log(`\n${title}`);
  }

  say(sentence) {
    console.log(`    ${sentence}`);
  }

  check(isTrue, sentence, otherwise = `Not so: ${sentence}`) {
    if (!isTrue) {
      throw new Error(otherwise);
    }

    this.facts++;
    console.log(`  ✓ ${sentence}`);
  }

  /** @param {Promise<any>} command that must be refused with this number */
  async isRefused(command, error, what) {
    const refusal = await command.then(() => null, (e) => e);
    this.check(refusal?.error === error, `${what}: ${refusal?.error} ${refusal?.code}, “${refusal?.message}”`, `${what}: it was not refused with ${error}`);
  }
}

export function seconds(since) {
  const ms = performance.now() - since;
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** An update of the session about somebody. */
export const update = (eventId, person) => (event) => event.eventId === eventId && (person === undefined || event.eventData.userId === person.id);
