/**
 * The commands that only ask: what they change, events tell. Those that change the client itself (login, join, leave...) are in client.js.
 *
 * @typedef {import('./mirror.js').SessionRecord} SessionRecord
 * @typedef {import('./client.js').Traits} Traits
 *
 * @typedef {{ userId: string, userName: string, userAdmin: boolean, userData: Record<string, any>, presence: 'online' | 'away', sessionId?: string }} UserRecord
 * @typedef {{ roomId: string, roomName: string, roomDescription?: string, roomCapacity?: number }} Room
 * @typedef {Room & { roomRefId: string, roomUsers: string[] }} RoomInstance
 * @typedef {{ at: number, eventId: string, data?: any, to?: string }} ScenarioEvent to "all", "master" or a user's id, at milliseconds of the scenario's clock
 * @typedef {{ scenarioId: string, scenarioName?: string, scenarioDescription?: string, scenarioRooms?: Room[], scenarioEvents?: ScenarioEvent[], scenarioGltf?: any }} ScenarioDefinition
 * @typedef {{ dataStreamUserId: string, dataStreamKind: string, dataStreamDescription: string }} DataStream
 * @typedef {{ dataStreams: Record<string, DataStream>, remoteDataStreams: Record<string, DataStream> }} StreamState
 */
export class Commands {
  /** @type {SessionRecord | null} */
  session = null;

  /** @type {{ userId: string } | null} */
  user = null;

  /** @protected @param {string} method @param {any} parameters @param {Traits} [traits] @returns {Promise<any>} */
  run(method, parameters, traits) {
    throw new Error(`${method} ${parameters} ${traits}: nobody runs commands here.`);
  }

  /** @returns {Promise<{ orchestratorVersion: string, revision: string }>} */
  getOrchestratorVersion() {
    return this.run('GetOrchestratorVersion', undefined);
  }

  /** @returns {Promise<Record<string, SessionRecord>>} */
  getSessions() {
    return this.run('GetSessions', undefined);
  }

  /** @returns {Promise<SessionRecord>} */
  getSessionInfo() {
    return this.run('GetSessionInfo', undefined);
  }

  /** @param {{ sessionId: string, key?: string }} parameters @returns {Promise<{}>} */
  deleteSession(parameters) {
    return this.run('DeleteSession', parameters);
  }

  /** @param {{ message: any, key?: string }} parameters @returns {Promise<{}>} */
  sendMessageToAll(parameters) {
    return this.run('SendMessageToAll', parameters, { own: true });
  }

  /** @param {{ userId: string, message: any, key?: string }} parameters @returns {Promise<{}>} */
  sendMessage(parameters) {
    return this.run('SendMessage', parameters, { own: this.#isMe(parameters?.userId) });
  }

  /** @param {{ event: any }} parameters @returns {Promise<{}>} */
  sendSceneEventToMaster(parameters) {
    return this.run('SendSceneEventToMaster', parameters, { own: this.#isMe(this.session?.sessionMaster) });
  }

  /** The master's. @param {{ userId: string, event: any, masterEpoch?: number }} parameters @returns {Promise<{}>} */
  sendSceneEventToUser(parameters) {
    return this.run('SendSceneEventToUser', this.#asMaster(parameters), { own: this.#isMe(parameters?.userId) });
  }

  /** The master's. @param {{ event: any, masterEpoch?: number }} parameters @returns {Promise<{}>} */
  sendSceneEventToAllUsers(parameters) {
    return this.run('SendSceneEventToAllUsers', this.#asMaster(parameters), { own: true });
  }

  /** @param {{ userId: string, event: any }} parameters @returns {Promise<{}>} */
  sendSceneEventToUserDirect(parameters) {
    return this.run('SendSceneEventToUserDirect', parameters, { own: this.#isMe(parameters?.userId) });
  }

  /** @param {{ event: any }} parameters @returns {Promise<{}>} */
  sendSceneEventToAllUsersDirect(parameters) {
    return this.run('SendSceneEventToAllUsersDirect', parameters, { own: true });
  }

  /** @returns {Promise<Record<string, UserRecord>>} */
  getUsers() {
    return this.run('GetUsers', undefined);
  }

  /** Oneself, without an id. @param {{ userId?: string }} [parameters] @returns {Promise<UserRecord>} */
  getUserInfo(parameters = {}) {
    return this.run('GetUserInfo', parameters);
  }

  /** One's own, without an id. @param {{ userId?: string }} [parameters] @returns {Promise<Record<string, any>>} */
  getUserData(parameters = {}) {
    return this.run('GetUserData', parameters);
  }

  /** @param {{ userDataKey: string, userDataValue: any, key?: string }} parameters @returns {Promise<Record<string, any>>} all of it, afterwards */
  updateUserData(parameters) {
    return this.run('UpdateUserData', parameters, this.#inSession());
  }

  /** @param {{ userDataArray: any, key?: string }} parameters @returns {Promise<Record<string, any>>} all of it, afterwards */
  updateUserDataArray(parameters) {
    return this.run('UpdateUserDataArray', parameters, this.#inSession());
  }

  /** @param {{ userDataJson: string | object, key?: string }} parameters @returns {Promise<Record<string, any>>} all of it, afterwards */
  updateUserDataJson(parameters) {
    return this.run('UpdateUserDataJson', parameters, this.#inSession());
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  clearUserData(parameters = {}) {
    return this.run('ClearUserData', parameters, this.#inSession());
  }

  /** @returns {Promise<Record<string, RoomInstance>>} */
  getRooms() {
    return this.run('GetRooms', undefined);
  }

  /** The room one is in. @returns {Promise<RoomInstance>} */
  getRoomInfo() {
    return this.run('GetRoomInfo', undefined);
  }

  /** @param {{ roomId: string, key?: string }} parameters @returns {Promise<{}>} */
  joinRoom(parameters) {
    return this.run('JoinRoom', parameters, { own: this.#roomId !== parameters?.roomId });
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  leaveRoom(parameters = {}) {
    return this.run('LeaveRoom', parameters, { own: this.#roomId !== undefined });
  }

  /** @param {ScenarioDefinition & { key?: string }} parameters @returns {Promise<{}>} */
  addScenario(parameters) {
    return this.run('AddScenario', parameters);
  }

  /** @returns {Promise<Record<string, ScenarioDefinition>>} */
  getScenarios() {
    return this.run('GetScenarios', undefined);
  }

  /** @param {{ scenarioId: string }} parameters @returns {Promise<ScenarioDefinition>} */
  getScenarioInfo(parameters) {
    return this.run('GetScenarioInfo', parameters);
  }

  /** @param {{ scenarioId: string, key?: string }} parameters @returns {Promise<{}>} */
  removeScenario(parameters) {
    return this.run('RemoveScenario', parameters);
  }

  /** Without an id, that of one's session. @param {{ scenarioId?: string }} [parameters] @returns {Promise<any>} */
  getScenarioInstanceInfo(parameters = {}) {
    return this.run('GetScenarioInstanceInfo', parameters);
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  startScenario(parameters = {}) {
    return this.run('StartScenario', parameters, this.#inSession());
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  restartScenario(parameters = {}) {
    return this.run('RestartScenario', parameters, this.#inSession());
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  stopScenario(parameters = {}) {
    return this.run('StopScenario', parameters, this.#inSession());
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  pauseScenario(parameters = {}) {
    return this.run('PauseScenario', parameters, this.#inSession());
  }

  /** @param {{ key?: string }} [parameters] @returns {Promise<{}>} */
  resumeScenario(parameters = {}) {
    return this.run('ResumeScenario', parameters, this.#inSession());
  }

  /** @param {{ positionMs: number, key?: string }} parameters @returns {Promise<{}>} */
  seekScenario(parameters) {
    return this.run('SeekScenario', parameters, this.#inSession());
  }

  /** @param {{ rate: number, key?: string }} parameters @returns {Promise<{}>} */
  setScenarioRate(parameters) {
    return this.run('SetScenarioRate', parameters, this.#inSession());
  }

  /**
   * @param {{ kind: string, description?: string, policy?: 'reliable' | 'latest' | 'dropOldest', waitingMax?: number, bytesPerSecondMax?: number }} parameters
   * @returns {Promise<StreamState>}
   */
  declareDataStream(parameters) {
    return this.run('DeclareDataStream', parameters);
  }

  /** @param {{ kind: string }} parameters @returns {Promise<StreamState>} */
  removeDataStream(parameters) {
    return this.run('RemoveDataStream', parameters);
  }

  /** @returns {Promise<StreamState>} */
  removeAllDataStreams() {
    return this.run('RemoveAllDataStreams', undefined);
  }

  /** @param {{ dataStreamUserId: string }} parameters @returns {Promise<Record<string, DataStream>>} */
  getAvailableDataStreams(parameters) {
    return this.run('GetAvailableDataStreams', parameters);
  }

  /** Before the stream is declared, too. @param {{ userId: string, kind: string }} parameters @returns {Promise<StreamState>} */
  registerForDataStream(parameters) {
    return this.run('RegisterForDataStream', parameters);
  }

  /** @param {{ userId: string, kind: string }} parameters @returns {Promise<StreamState>} */
  unregisterFromDataStream(parameters) {
    return this.run('UnregisterFromDataStream', parameters);
  }

  /** @returns {Promise<StreamState>} */
  unregisterFromAllDataStreams() {
    return this.run('UnregisterFromAllDataStreams', undefined);
  }

  /** `dropped`: packets for which this connection was too slow. @returns {Promise<Record<string, DataStream & { dropped: number }>>} */
  getRegisteredDataStreams() {
    return this.run('GetRegisteredDataStreams', undefined);
  }

  /** @param {{ kind: string, data: any, sentAt?: number }} parameters @returns {Promise<{}>} */
  sendData(parameters) {
    return this.run('SendData', parameters);
  }

  /** To all other members. @param {{ audioData: any }} parameters @returns {Promise<{}>} */
  pushAudio(parameters) {
    return this.run('PushAudio', parameters);
  }

  /** What opens a PacketSocket, within a minute. @returns {Promise<{ packetToken: string, expiresSeconds: number }>} */
  getPacketToken() {
    return this.run('GetPacketToken', undefined);
  }

  /** The time of the server's first time source that answers. @returns {Promise<{ ntpDate: string, ntpTimeMs: number }>} */
  getNTPTime() {
    return this.run('GetNTPTime', undefined);
  }

  /**
   * One exchange of time stamps; `clock` makes an estimate of several.
   *
   * @param {{ clientSendMs: number }} parameters
   * @returns {Promise<{ clientSendMs: number, serverReceiveMs: number, serverSendMs: number }>}
   */
  exchangeTime(parameters) {
    return this.run('ExchangeTime', parameters);
  }

  /**
   * Creates an account; before login too.
   *
   * @param {{ userName: string, userPassword: string, userAdmin?: boolean, key?: string }} parameters
   * @returns {Promise<{ userId: string, userName: string, userAdmin: boolean }>}
   */
  addUser(parameters) {
    return this.run('AddUser', parameters);
  }

  /** Deletes the own account, or for administrators any; its connections are closed. @param {{ userId?: string, key?: string }} parameters @returns {Promise<{}>} */
  deleteUser(parameters) {
    return this.run('DeleteUser', parameters);
  }

  /** For administrators. @returns {Promise<{ id: string, sessions: Omit<SessionRecord, 'sessionUserDefinitions'>[], users: UserRecord[] }>} */
  dumpData() {
    return this.run('DumpData', undefined);
  }

  /** For administrators: closes every session and every connection, this one last. @returns {Promise<{}>} */
  resetOrchestrator() {
    return this.run('ResetOrchestrator', undefined);
  }

  /** For administrators: ends the server's process. @returns {Promise<{}>} */
  terminateOrchestrator() {
    return this.run('TerminateOrchestrator', undefined);
  }

  get #roomId() {
    return this.session?.sessionUserDefinitions.find((m) => this.#isMe(m.userId))?.roomId;
  }

  /** Its event comes to the caller too, when it is a member. @returns {Traits} */
  #inSession() {
    return { own: this.session !== null };
  }

  /** @param {string | null | undefined} userId */
  #isMe(userId) {
    return this.user !== null && userId === this.user.userId;
  }

  /** The epoch in which the caller believes to be master goes with what it says as master. @param {any} parameters */
  #asMaster(parameters) {
    return this.session ? { masterEpoch: this.session.masterEpoch, ...parameters } : parameters;
  }
}
