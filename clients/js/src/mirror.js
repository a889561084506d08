/**
 * A session as the server records it, kept up to date. Never changed in place: after an event it is another object.
 *
 * @typedef {object} Member
 * @property {string} userId
 * @property {string} userName
 * @property {boolean} canBeMaster
 * @property {'online' | 'away'} presence
 * @property {Record<string, any>} [userData] absent when empty
 * @property {string} [roomId] absent while in none
 *
 * @typedef {object} ScenarioClock as it was at a moment; see positionAt
 * @property {'stopped' | 'running' | 'paused'} state
 * @property {number} positionMs of the scenario's clock
 * @property {number} atMs the moment, in milliseconds since 1970 on the server's clock
 * @property {number} rate
 * @property {number} run counts its starts
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
 * @property {ScenarioClock} [scenarioClock] absent before the first start
 *
 * @typedef {object} SessionUpdate
 * @property {string} eventId see docs/wire.md
 * @property {any} eventData always with a userId, which may be null or empty
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
      return withMember(session, userId, { presence: 'away' });
    case 'USER_RETURNED':
      return withMember(session, userId, { presence: 'online' });
    case 'MASTER_CHANGED':
      return { ...session, sessionMaster: userId ?? null, masterEpoch: eventData.epoch ?? session.masterEpoch };
    case 'USER_DATA_UPDATED':
      return withMember(session, userId, { userData: isEmpty(eventData.userData) ? undefined : eventData.userData });
    case 'USER_JOINED_ROOM':
      return withMember(session, userId, { roomId: eventData.roomId });
    case 'USER_LEFT_ROOM':
      return withMember(session, userId, { roomId: undefined });
    default:
      return SCENARIO_STATES.has(eventId) ? withClock(session, eventId, eventData) : session;
  }
}

/** What the scenario's clock does after an event; undefined: what it did before. */
const SCENARIO_STATES = new Map(Object.entries({
  SCENARIO_STARTED: 'running',
  SCENARIO_RESTARTED: 'running',
  SCENARIO_RESUMED: 'running',
  SCENARIO_PAUSED: 'paused',
  SCENARIO_STOPPED: 'stopped',
  SCENARIO_SEEKED: undefined,
  SCENARIO_RATE_CHANGED: undefined,
}));

/** @param {SessionRecord} session @param {string} eventId @param {any} eventData @returns {SessionRecord} */
function withClock(session, eventId, { positionMs, atMs, rate, run }) {
  const state = /** @type {ScenarioClock['state']} */ (SCENARIO_STATES.get(eventId) ?? session.scenarioClock?.state ?? 'stopped');
  return { ...session, scenarioClock: { state, positionMs, atMs, rate, run } };
}

/**
 * Where the scenario's clock is.
 *
 * @param {ScenarioClock} clock @param {number} nowMs on the server's clock
 */
export const positionAt = ({ state, positionMs, atMs, rate }, nowMs) => (state === 'running' ? positionMs + (nowMs - atMs) * rate : positionMs);

/** @param {object | undefined} value */
const isEmpty = (value) => value === undefined || Object.keys(value).length === 0;

/** @param {SessionRecord} session @param {Member[]} members @returns {SessionRecord} */
const withMembers = (session, members) => ({ ...session, sessionUsers: members.map((m) => m.userId), sessionUserDefinitions: members });

/** @param {SessionRecord} session @param {string | null} userId @param {Partial<Member>} change @returns {SessionRecord} */
const withMember = (session, userId, change) =>
  withMembers(session, session.sessionUserDefinitions.map((m) => (m.userId === userId ? without({ ...m, ...change }) : m)));

/** As the server writes it: what is undefined is left out. @param {Member} member */
const without = (member) => /** @type {Member} */ (Object.fromEntries(Object.entries(member).filter(([, value]) => value !== undefined)));
