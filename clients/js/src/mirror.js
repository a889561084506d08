/**
 * A session as the server records it, kept up to date. Never changed in place: after an event it is another object.
 *
 * @typedef {object} Member
 * @property {string} userId
 * @property {string} userName
 * @property {boolean} canBeMaster
 * @property {'online' | 'away'} presence
 *
 * @typedef {object} SessionRecord
 * @property {string} sessionId
 * @property {string} sessionName
 * @property {string} [sessionDescription]
 * @property {string} sessionAdministrator
 * @property {string | null} sessionMaster null when there is none
 * @property {number} masterEpoch counts the masters
 * @property {string} scenarioId
 * @property {string[]} sessionUsers ids of the members, in the order in which they joined
 * @property {Member[]} sessionUserDefinitions the same members
 * @property {string} sessionProtocol
 *
 * @typedef {object} SessionUpdate
 * @property {string} eventId USER_JOINED_SESSION, USER_LEFT_SESSION, USER_AWAY, USER_RETURNED, MASTER_CHANGED, ADMINISTRATOR_AWAY, ADMINISTRATOR_RETURNED
 * @property {{ userId: string | null, userData?: Member, reason?: string, epoch?: number }} eventData
 */

/** @param {SessionRecord} record as the server sends it: without what is null @returns {SessionRecord} */
export const mirrorOf = (record) => ({ ...record, sessionMaster: record.sessionMaster ?? null });

/**
 * The session after an event of it; null when it is over, or over for this user.
 *
 * @param {SessionRecord} session @param {string} name @param {any} payload @param {string | undefined} self
 * @returns {SessionRecord | null}
 */
export function after(session, name, payload, self) {
  if (name === 'SessionClosed') {
    return null;
  }

  return name === 'SessionUpdated' ? updated(session, payload, self) : session;
}

/** @param {SessionRecord} session @param {SessionUpdate} update @param {string | undefined} self */
function updated(session, { eventId, eventData }, self) {
  const { userId } = eventData;
  const others = session.sessionUserDefinitions.filter((m) => m.userId !== userId);
  switch (eventId) {
    case 'USER_JOINED_SESSION':
      return withMembers(session, [...others, /** @type {Member} */ (eventData.userData)]);
    case 'USER_LEFT_SESSION':
      return userId === self ? null : withMembers(session, others);
    case 'USER_AWAY':
      return withPresence(session, userId, 'away');
    case 'USER_RETURNED':
      return withPresence(session, userId, 'online');
    case 'MASTER_CHANGED':
      return { ...session, sessionMaster: userId ?? null, masterEpoch: eventData.epoch ?? session.masterEpoch };
    default:
      return session;
  }
}

/** @param {SessionRecord} session @param {Member[]} members @returns {SessionRecord} */
const withMembers = (session, members) => ({ ...session, sessionUsers: members.map((m) => m.userId), sessionUserDefinitions: members });

/** @param {SessionRecord} session @param {string | null} userId @param {'online' | 'away'} presence */
const withPresence = (session, userId, presence) =>
  withMembers(session, session.sessionUserDefinitions.map((m) => (m.userId === userId ? { ...m, presence } : m)));
