namespace Orchestrator;

/// <summary>
/// Every reason to refuse. Numbers below 9000 are those of the VRTogether orchestrator, which its clients know; the others are ours.
/// </summary>
public enum RefusalCode
{
    /// <summary>Nobody is logged in on this connection, or the name is missing.</summary>
    NotLoggedIn = 204,

    /// <summary>An account of that name exists.</summary>
    NameTaken = 205,

    /// <summary>Name and password do not belong together, or the token is not valid.</summary>
    CredentialsInvalid = 206,

    /// <summary>A parameter is missing, unknown or of the wrong type or size.</summary>
    BadRequest = 207,

    /// <summary>Guests are not allowed here.</summary>
    GuestsNotAllowed = 208,

    /// <summary>Somebody is logged in on this connection already.</summary>
    AlreadyLoggedIn = 209,

    /// <summary>The session could not be created.</summary>
    SessionNotCreated = 404,

    /// <summary>Only the administrator of the session may do this.</summary>
    NotAdministrator = 501,

    /// <summary>There is no such session.</summary>
    SessionNotFound = 503,

    /// <summary>The session still has members.</summary>
    SessionNotEmpty = 504,

    /// <summary>The user is in another session.</summary>
    AlreadyInSession = 602,

    /// <summary>The user is in this session already.</summary>
    AlreadyInThisSession = 603,

    /// <summary>The user, or the target, has not joined the session.</summary>
    NotJoined = 700,

    /// <summary>There is no such room in the scenario.</summary>
    RoomNotFound = 701,

    /// <summary>The room is full.</summary>
    RoomFull = 702,

    /// <summary>The user is in no room.</summary>
    NotInRoom = 703,

    /// <summary>The user is in no session.</summary>
    NotInSession = 800,

    /// <summary>The caller has no right to do this.</summary>
    NotAllowed = 801,

    /// <summary>The target user is not in the same session.</summary>
    TargetNotInSession = 802,

    /// <summary>There is no such user.</summary>
    UserNotFound = 1301,

    /// <summary>The user data is missing, or is no JSON object.</summary>
    UserDataMissing = 1700,

    /// <summary>No time source answers.</summary>
    TimeUnavailable = 2001,

    /// <summary>The session has no master.</summary>
    NoMaster = 3001,

    /// <summary>The scene event carries no data.</summary>
    EventDataMissing = 3002,

    /// <summary>The caller is not the master of the session, or no longer.</summary>
    NotMaster = 3012,

    /// <summary>The target user is missing.</summary>
    TargetMissing = 3014,

    /// <summary>The owner of the data stream is missing.</summary>
    StreamUserMissing = 4001,

    /// <summary>The kind of the data stream is missing.</summary>
    StreamKindMissing = 4002,

    /// <summary>A fault on our side; the log has it under the correlation id of the sentence.</summary>
    Internal = 9000,

    /// <summary>It cannot be done now; nothing has changed; try again.</summary>
    Temporary = 9001,

    /// <summary>There is no such command.</summary>
    UnknownCommand = 9002,

    /// <summary>A limit is reached: size, count or rate.</summary>
    LimitReached = 9003,

    /// <summary>The idempotency key was used for another command.</summary>
    KeyReused = 9004,

    /// <summary>The seat is gone, or the resume token is not valid; log in again.</summary>
    ResumeExpired = 9005,

    /// <summary>Too many at once; try again later.</summary>
    TooManyRequests = 9006,

    /// <summary>There is no such page, account or address.</summary>
    NotFound = 9007,

    /// <summary>There is no such scenario.</summary>
    ScenarioNotFound = 9008,

    /// <summary>The scenario runs already, or does not run.</summary>
    ScenarioState = 9009,
}

/// <summary>What a code says beyond its number.</summary>
public static class RefusalCodes
{
    /// <summary>Whether the same command may succeed later.</summary>
    public static bool IsTemporary(this RefusalCode code) => code is RefusalCode.Temporary or RefusalCode.TooManyRequests;
}
